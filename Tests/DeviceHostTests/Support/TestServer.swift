import Foundation
import Logging
import MQTT
import Synchronization
import Wire

/// mosquitto with mutual TLS, and a broker service that keeps every chunk in memory and answers with receipts.
final class TestServer: Sendable {
  let folder: String
  let port: UInt16
  private let mosquitto: Process
  private let loop: MQTTEventLoop
  private let (subscriptions, subscribed) = AsyncStream<Void>.makeStream()
  private let received = Mutex<[SessionID: [UInt64: SealedChunk]]>([:])
  private let connection = Mutex<MQTTConnection?>(nil)

  init(folder: String) throws {
    self.folder = folder
    port = try Self.freePort()
    try Self.openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=ca",
      "-keyout", "\(folder)/ca.key", "-out", "\(folder)/ca.pem")
    for (name, extensions) in [("localhost", "subjectAltName=IP:127.0.0.1"), ("svc.broker", "")] {
      try Self.openssl(
        "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=\(name)", "-keyout",
        "\(folder)/\(name).key", "-out", "\(folder)/\(name).csr")
      try Self.sign(folder, csr: "\(folder)/\(name).csr", form: "PEM", to: "\(folder)/\(name).pem", extensions)
    }
    let configuration = """
      per_listener_settings false
      listener \(port) 127.0.0.1
      cafile \(folder)/ca.pem
      certfile \(folder)/localhost.pem
      keyfile \(folder)/localhost.key
      require_certificate true
      use_identity_as_username true
      persistence false
      user root

      """
    try configuration.write(toFile: "\(folder)/mosquitto.conf", atomically: true, encoding: .utf8)
    mosquitto = Process()
    mosquitto.executableURL = URL(fileURLWithPath: "/usr/sbin/mosquitto")
    mosquitto.arguments = ["-c", "\(folder)/mosquitto.conf"]
    mosquitto.standardError = FileHandle.nullDevice
    mosquitto.standardOutput = FileHandle.nullDevice
    try mosquitto.run()
    loop = try MQTTEventLoop(name: "server", logger: Logger(label: "test"))
    var client = MQTTConfiguration(host: "127.0.0.1", port: port, clientID: "svc.broker")
    client.tls = MQTTTLSConfiguration(
      authorityFile: "\(folder)/ca.pem",
      identity: .init(certificateFile: "\(folder)/svc.broker.pem", keyFile: "\(folder)/svc.broker.key"))
    client.reconnect = ReconnectPolicy(initial: .milliseconds(20), longest: .milliseconds(50))
    let connection = try MQTTConnection(client, on: loop) { [weak self] event in self?.handle(event) }
    self.connection.withLock { $0 = connection }
    connection.connect()
  }

  /// Returns once it listens: what is published before has no subscriber and is lost in mosquitto.
  func ready() async {
    for await _ in subscriptions { return }
  }

  /// Everything that arrived.
  var chunks: [SealedChunk] {
    received.withLock { sessions in
      sessions.values.flatMap { $0.values }.sorted { $0.header.sequence < $1.header.sequence }
    }
  }

  /// Ends the loop and mosquitto.
  func stop() async {
    await loop.shutdown()
    kill(mosquitto.processIdentifier, SIGKILL)
    mosquitto.waitUntilExit()
  }

  /// Signs a device's certificate request; DER in, DER out: certificate and issuer.
  func issue(_ csr: [UInt8]) throws -> (certificate: [UInt8], issuer: [UInt8]) {
    try Data(csr).write(to: URL(fileURLWithPath: "\(folder)/device.csr"))
    try Self.sign(folder, csr: "\(folder)/device.csr", form: "DER", to: "\(folder)/device.pem", "")
    var results: [[UInt8]] = []
    for name in ["device", "ca"] {
      try Self.openssl("x509", "-in", "\(folder)/\(name).pem", "-outform", "DER", "-out", "\(folder)/\(name).der")
      results.append(Array(try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(name).der"))))
    }
    return (results[0], results[1])
  }

  private func handle(_ event: MQTTEvent) {
    switch event {
    case .subscribed: subscribed.yield()
    case .connected: connection.withLock { $0 }?.subscribe([Topic.filter(.chunk)])
    case .message(let message):
      guard let topic = try? Topic(parsing: message.topic), let chunk = try? SealedChunk(decoding: message.payload)
      else { return }
      let session = chunk.header.session
      let committed: UInt64? = received.withLock { sessions in
        sessions[session, default: [:]][chunk.header.sequence] = chunk
        return (0...).first { sessions[session]?[$0] == nil }.flatMap { $0 > 0 ? $0 - 1 : nil }
      }
      guard let committed else { return }
      let receipt = Receipt(session: session, committed: committed).encoded()
      let answer = Topic(device: topic.device, channel: .receipt).description
      connection.withLock { $0 }?.publish(MQTTPublication(topic: answer, payload: receipt))
    default: break
    }
  }

  private static func sign(_ folder: String, csr: String, form: String, to out: String, _ extensions: String) throws {
    try "\(extensions)\n".write(toFile: out + ".ext", atomically: true, encoding: .utf8)
    try openssl(
      "x509", "-req", "-in", csr, "-inform", form, "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
      "-CAcreateserial", "-days", "2", "-extfile", out + ".ext", "-out", out)
  }

  private static func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard isBound else { throw CocoaError(.fileReadUnknown) }
    return UInt16(bigEndian: address.sin_port)
  }
}
