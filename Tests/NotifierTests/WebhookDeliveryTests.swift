import AlertDelivery
import AlertPolicy
import Findings
import Foundation
import Notifier
import RhythmScripts
import Store
import Testing
import Wire

@Suite("Webhooks, over real HTTPS", .serialized)
struct WebhookDeliveryTests {
  private struct Line: Decodable {
    var status: Int
    var reason: String?
    var idempotencyKey: String?
    var verified: Bool
    var repeated: Bool
    var body: Body?
    struct Body: Decodable {
      var event: String
      var id: String
      var alert: Alert
    }
    struct Alert: Decodable {
      var patient: String
      var rule: String
      var severity: String
    }
  }

  private func sink(failing: Int = 0) async throws -> LocalServer {
    try await LocalServer.start("demo-webhook-sink.py") {
      ["--output", $0.path("lines"), "--secret-file", $0.path("secret"), "--fail-first", "\(failing)"]
    }
  }

  private func configuration(_ sink: LocalServer, secret: String = "secret") -> WebhookConfiguration {
    WebhookConfiguration(
      url: "https://localhost:\(sink.port)/alerts", secret: CredentialFile(path: sink.path(secret)),
      authorityFile: sink.authority)
  }

  private func transport(_ configuration: WebhookConfiguration) throws -> WebhookTransport {
    try WebhookTransport(configuration: configuration, links: AlertLinks(prefix: nil)) {
      UInt64(Date.now.timeIntervalSince1970 * 1e6)
    }
  }

  private func lines(_ sink: LocalServer) throws -> [Line] {
    guard let text = try? String(contentsOfFile: sink.path("lines"), encoding: .utf8) else { return [] }
    return try text.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  private var notice: AlertNotice {
    let body = AlertBody(
      rule: .tachycardia, severity: .high, onset: 1_700_000_000_000_000, onsetSample: 5, explanation: "142/min")
    return AlertNotice(
      occasion: .opened, alert: AlertID(reference: Names.reference, rule: .tachycardia, onset: body.onset),
      reference: Names.reference, patient: "P-QRST", body: body, receiver: .webhook("webhook"),
      writtenAt: 1_700_000_100_000_000)
  }

  @Test("500, then 200, then a repetition: one key throughout, and a signature that holds")
  func retryAndRepeat() async throws {
    let sink = try await sink(failing: 1)
    var configuration = try Ward().configuration
    configuration.mail = nil
    let ward = try Ward(configuration: configuration)
    let transport = try transport(self.configuration(sink))
    let notifier = try ward.notifier(transports: [.webhook("webhook"): transport])
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(45, rate: 135)
    try ward.arrive(script.findings())
    try await notifier.evaluate()
    try await notifier.deliverDue()
    #expect(ward.store.read { $0.messages.values.first?.lastError } == "refused: HTTP 500")
    ward.advance(seconds: 2)
    try await notifier.deliverDue()
    #expect(ward.store.read { $0.messages.values.first?.state } == .delivered)
    // A crash between sending and recording.
    ward.store.write { state in
      for id in state.messages.keys { state.messages[id]?.state = .pending }
    }
    try await notifier.deliverDue()
    let lines = try lines(sink)
    #expect(lines.map(\.status) == [500, 200, 200])
    #expect(lines.map(\.repeated) == [false, false, true])
    #expect(lines.allSatisfy { $0.verified })
    #expect(Set(lines.map(\.idempotencyKey)).count == 1)
    let body = try #require(lines.last?.body)
    #expect(body.event == "alert.opened")
    #expect(body.id == lines.last?.idempotencyKey)
    #expect(body.alert.rule == "tachycardia" && body.alert.severity == "medium")
    #expect(body.alert.patient == Names.device.name)
    await transport.shutdown()
    #expect(sink.stop() == 0)
  }

  @Test("a wrong secret is refused by the receiver")
  func wrongSecret() async throws {
    let sink = try await sink()
    let transport = try transport(configuration(sink, secret: "wrong"))
    await #expect(throws: DeliveryFailure(.unauthorised, "")) { try await transport.deliver(notice) }
    #expect(try lines(sink).map(\.reason) == ["signature wrong"])
    await transport.shutdown()
  }

  @Test("a receiver with a stranger's certificate gets nothing")
  func strangersCertificate() async throws {
    let sink = try await sink()
    var configuration = configuration(sink)
    configuration.authorityFile = sink.path("stranger.pem")
    let transport = try transport(configuration)
    await #expect(throws: DeliveryFailure(.untrusted, "")) { try await transport.deliver(notice) }
    #expect(try lines(sink).isEmpty)
    await transport.shutdown()
  }

  @Test(
    "plain HTTP goes to a loopback address alone",
    arguments: [
      ("http://clinic.example/", false), ("ftp://localhost/", false), ("", false), ("http://127.0.0.1:1/", true),
      ("http://127.0.0.1.clinic.example/", false), ("https://clinic.example/", true),
    ])
  func schemes(url: String, isAccepted: Bool) {
    let configuration = WebhookConfiguration(url: url, secret: CredentialFile(path: "/nowhere"))
    #expect(((try? transport(configuration)) != nil) == isAccepted)
  }
}
