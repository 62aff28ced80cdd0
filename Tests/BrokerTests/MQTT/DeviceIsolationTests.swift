import Foundation
import Gatekeeper
import MQTT
import Testing
import Wire

@Suite("A device with a valid certificate and bad intentions", .timeLimit(.minutes(1)))
struct DeviceIsolationTests {
  /// Connects, and waits until mosquitto has answered.
  private func connect(_ configuration: MQTTConfiguration, on loop: MQTTEventLoop) async throws -> RecordedConnection {
    let client = try RecordedConnection(configuration, on: loop)
    client.connection.connect()
    _ = try await client.connected()
    return client
  }

  @Test func writesUnderItsOwnNameOnly() async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory)
      try await withEventLoop { loop in
        let broker = try await connect(try server.client("svc.broker"), on: loop)
        broker.connection.subscribe(["sb/1/+/chunk", "sb/1/+/status"])
        _ = try await broker.subscribed()
        _ = try await broker.subscribed()
        let mallory = try await connect(try server.client("dev-mallory"), on: loop)
        let foreign = [
          "sb/1/dev-victim/chunk", "sb/1/dev-victim/status", "sb/1/dev-mallory/receipt", "sb/2/x", "$SYS/x",
        ]
        for topic in foreign + ["sb/1/dev-mallory/chunk"] {
          mallory.connection.publish(MQTTPublication(topic: topic, payload: Array(topic.utf8), token: 1))
        }
        // In order: had a foreign one been carried, it would come first.
        let message = try await broker.message()
        #expect(message.topic == "sb/1/dev-mallory/chunk" && message.payload == Array(message.topic.utf8))
        for _ in 0...foreign.count { _ = try await mallory.published() }
      }
    }
  }

  @Test func readsUnderItsOwnNameOnly() async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory)
      try await withEventLoop { loop in
        let mallory = try await connect(try server.client("dev-mallory"), on: loop)
        let filters = ["#", "sb/1/+/chunk", "sb/1/dev-victim/receipt", "sb/1/dev-victim/command", "sb/1/+/receipt"]
        mallory.connection.subscribe(filters)
        for filter in filters { #expect(try await mallory.subscribed() == [128], "\(filter)") }
        mallory.connection.subscribe(["sb/1/dev-mallory/receipt"])
        #expect(try await mallory.subscribed() == [1])
        let broker = try await connect(try server.client("svc.broker"), on: loop)
        let victim = try await connect(try server.client("dev-victim"), on: loop)
        victim.connection.publish(MQTTPublication(topic: "sb/1/dev-victim/chunk", payload: [1], token: 1))
        _ = try await victim.published()
        for topic in ["sb/1/dev-victim/receipt", "sb/1/dev-victim/command", "sb/1/dev-mallory/receipt"] {
          broker.connection.publish(MQTTPublication(topic: topic, payload: [2]))
        }
        #expect(try await mallory.message().topic == "sb/1/dev-mallory/receipt")
      }
    }
  }

  @Test func cannotTakeTheBrokersSession() async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory)
      try await withEventLoop { loop in
        let broker = try await connect(try server.client("svc.broker", isClean: false), on: loop)
        broker.connection.subscribe(["sb/1/+/chunk"])
        _ = try await broker.subscribed()
        let mallory = try await connect(try server.client("dev-mallory", clientID: "svc.broker"), on: loop)
        mallory.connection.publish(MQTTPublication(topic: "sb/1/dev-mallory/chunk", payload: [3], token: 1))
        _ = try await mallory.published()
        // The broker is still there, without having been thrown out in between.
        let event = try await broker.next { event -> String? in
          switch event {
          case .message(let message): message.topic
          case .disconnected: "disconnected"
          default: nil
          }
        }
        #expect(event == "sb/1/dev-mallory/chunk")
      }
    }
  }

  @Test func nobodyConnectsWithoutACertificateOfOurs() async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory)
      let stranger = try CertificateAuthority("stranger-ca", in: directory)
      try await withEventLoop { loop in
        // First somebody who may, so that a refusal below is no server that has not started.
        _ = try await connect(try server.client("dev-honest"), on: loop)
        var plain = try server.client("dev-plain", hasCertificate: false)
        plain.tls = nil
        let attempts = [
          try server.client("dev-none", hasCertificate: false), try server.client("svc.broker", issuer: stranger),
          plain,
        ]
        for var attempt in attempts {
          attempt.reconnect = nil
          let client = try RecordedConnection(attempt, on: loop)
          client.connection.connect()
          let outcome = try await client.next { event -> String? in
            switch event {
            case .connected: "connected"
            case .disconnected: "refused"
            default: nil
            }
          }
          #expect(outcome == "refused")
        }
      }
    }
  }

  @Test func aServerWithAnotherCertificateIsNotTrusted() async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory)
      let stranger = try CertificateAuthority("stranger-ca", in: directory)
      try await withEventLoop { loop in
        _ = try await connect(try server.client("dev-honest"), on: loop)
        var deceived = try server.client("dev-one")
        deceived.tls?.authorityFile = stranger.certificate
        deceived.reconnect = nil
        let client = try RecordedConnection(deceived, on: loop)
        client.connection.connect()
        #expect(try await client.disconnected().code == .tls)
      }
    }
  }

  @Test func theInstalledTextIsTheRenderedOne() throws {
    let source = try String(
      contentsOf: InstalledMosquitto.folder.appending(
        path: "../../Sources/sealedbeat/Supervision/MosquittoConfiguration+Text.swift"), encoding: .utf8)
    let lines = source.split(separator: "\n", omittingEmptySubsequences: false).map { $0.drop { $0 == " " } }
    let text = try String(
      contentsOf: InstalledMosquitto.folder.appending(path: "mosquitto.conf.template"), encoding: .utf8)
    let expected = text.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0 == expected[0] })
    #expect(Array(lines[start..<min(start + expected.count, lines.count)]) == expected)
    let accessFile = try String(
      contentsOf: InstalledMosquitto.folder.appending(path: "dynamic-security.json"), encoding: .utf8)
    #expect(try accessFile == AccessFile(devices: []).render())
  }
}
