import AlertDelivery
import AlertPolicy
import Findings
import Foundation
import Notifier
import RhythmScripts
import Store
import Testing
import Wire

@Suite("Mail, in a real conversation with a real server", .serialized)
struct MailDeliveryTests {
  private func server() async throws -> LocalServer {
    try await LocalServer.start("demo-mail-server.py") {
      ["--maildir", $0.path("mail"), "--user", "sealedbeat", "--password-file", $0.path("secret")]
    }
  }

  private func configuration(_ server: LocalServer, password: String = "secret") -> MailConfiguration {
    MailConfiguration(
      host: "localhost", port: server.port, authorityFile: server.authority, userName: "sealedbeat",
      password: CredentialFile(path: server.path(password)), sender: MailAddress("sealedbeat@clinic.example")!,
      recipients: [Ward.mailbox])
  }

  private var notice: AlertNotice {
    let body = AlertBody(
      rule: .pause, severity: .high, onset: 1_700_000_000_000_000, onsetSample: 5,
      explanation: "No beat for 4.2 s − limit 3 s.\n.a line that begins with a dot")
    return AlertNotice(
      occasion: .opened, alert: AlertID(reference: Names.reference, rule: .pause, onset: body.onset),
      reference: Names.reference, patient: "P-QRST", body: body, receiver: .mailbox(Ward.mailbox),
      writtenAt: 1_700_000_100_000_000)
  }

  private func mails(_ server: LocalServer) throws -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: server.path("mail"))) ?? []
    return try names.filter { $0.hasSuffix(".eml") }.sorted().map {
      try String(contentsOfFile: server.path("mail/\($0)"), encoding: .utf8)
    }
  }

  @Test("a mail arrives over STARTTLS with AUTH, dots and all")
  func delivers() async throws {
    let server = try await server()
    let links = AlertLinks(prefix: "https://ward.example/alerts/")
    try await MailTransport(configuration: configuration(server), links: links).deliver(notice)
    let mail = try #require(try mails(server).first).replacingOccurrences(of: "\r\n", with: "\n")
    for text in [
      "X-Received-TLS: True", "X-Received-Authenticated: True", "X-Received-From: sealedbeat@clinic.example",
      "X-Received-For: ward@clinic.example", "Message-ID: <\(notice.outboxID)@clinic.example>", "P-QRST",
      "\n.a line that begins with a dot\n", "E2=88=92 limit 3 s",
    ] { #expect(mail.contains(text), "\(text)") }
    #expect(!mail.contains("right horse"))
    #expect(server.stop() == 0)
  }

  @Test("a server with a stranger's certificate gets nothing")
  func strangersCertificate() async throws {
    let server = try await server()
    var configuration = configuration(server)
    configuration.authorityFile = server.path("stranger.pem")
    let transport = try MailTransport(configuration: configuration, links: AlertLinks(prefix: nil))
    await #expect(throws: DeliveryFailure(.untrusted, "")) { try await transport.deliver(notice) }
    #expect(try mails(server).isEmpty)
  }

  @Test("the certificate must be of the host that was meant")
  func otherHost() async throws {
    let server = try await server()
    var configuration = configuration(server)
    configuration.host = "127.0.0.1"
    let transport = try MailTransport(configuration: configuration, links: AlertLinks(prefix: nil))
    await #expect(throws: DeliveryFailure(.untrusted, "")) { try await transport.deliver(notice) }
    #expect(try mails(server).isEmpty)
  }

  @Test("a wrong password is retried, then given up; the text of the error names no secret")
  func wrongPassword() async throws {
    let server = try await server()
    var configuration = try Ward().configuration
    configuration.mail = self.configuration(server, password: "wrong")
    configuration.webhooks = []
    configuration.retry = RetrySchedule(firstSeconds: 1, longestSeconds: 1, attemptLimit: 3)
    let ward = try Ward(configuration: configuration)
    let transport = try MailTransport(
      configuration: #require(configuration.mail), links: AlertLinks(prefix: nil))
    let notifier = try ward.notifier(transports: [.mailbox(Ward.mailbox): transport])
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(45, rate: 135)
    try ward.arrive(script.findings())
    try await notifier.evaluate()
    for attempt in 1...3 {
      try await notifier.deliverDue()
      let message = try #require(ward.store.read { $0.messages.values.first })
      #expect(message.attempts == attempt)
      #expect(message.state == (attempt < 3 ? .pending : .dead))
      #expect(message.lastError?.hasPrefix("unauthorised") == true)
      #expect(message.lastError?.contains("horse") == false)
      ward.advance(seconds: 1)
    }
    #expect(try mails(server).isEmpty)
  }

  @Test("nobody listening is a failure like another")
  func unreachable() async throws {
    let server = try await server()
    let transport = try MailTransport(configuration: configuration(server), links: AlertLinks(prefix: nil))
    server.stop()
    await #expect(throws: DeliveryFailure(.unreachable, "")) { try await transport.deliver(notice) }
  }

  @Test("mail without TLS never leaves the machine; a password open to everyone is refused")
  func refusals() async throws {
    let server = try await server()
    var configuration = configuration(server)
    configuration.security = .none
    configuration.host = "mail.clinic.example"
    #expect(throws: DeliveryFailure(.misconfigured, "")) {
      _ = try MailTransport(configuration: configuration, links: AlertLinks(prefix: nil))
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: server.path("secret"))
    let transport = try MailTransport(configuration: self.configuration(server), links: AlertLinks(prefix: nil))
    await #expect(throws: DeliveryFailure(.misconfigured, "")) { try await transport.deliver(notice) }
  }
}
