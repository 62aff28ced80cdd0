import Foundation
import MQTT
import Testing

@Suite("MQTT connections to a real mosquitto", .timeLimit(.minutes(1)))
struct MQTTConnectionTests {
  private func configuration(_ server: MosquittoProcess, _ clientID: String, isClean: Bool = true) -> MQTTConfiguration
  {
    MQTTConfiguration(
      host: "127.0.0.1", port: server.port, clientID: clientID, isCleanSession: isClean,
      reconnect: RecordedConnection.eager)
  }

  @Test func messagesTravelInOrderAndAreAcknowledged() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        let receiver = try RecordedConnection(configuration(server, "receiver"), on: loop)
        receiver.connection.connect()
        _ = try await receiver.connected()
        receiver.connection.subscribe(["a/+", "b"])
        #expect(try await receiver.subscribed() == [1])
        #expect(try await receiver.subscribed() == [1])

        let sender = try RecordedConnection(configuration(server, "sender"), on: loop)
        sender.connection.connect()
        _ = try await sender.connected()
        let count: UInt64 = 500
        sender.connection.publish(
          (1...count).map {
            MQTTPublication(topic: "a/x", payload: Array(repeating: UInt8($0 & 255), count: 480), token: $0)
          })
        for expected in 1...count {
          let message = try await receiver.message()
          #expect(message.topic == "a/x" && message.qos == 1)
          #expect(message.payload == Array(repeating: UInt8(expected & 255), count: 480))
        }
        for _ in 1...count { _ = try await sender.published() }
      }
    }
  }

  @Test func aQueueHasALimitAndSaysSo() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        var limited = configuration(server, "limited")
        limited.maximumQueued = 3
        let sender = try RecordedConnection(limited, on: loop)
        sender.connection.publish(MQTTPublication(topic: "t", payload: [1], token: 9))
        let early = try await sender.next { event -> MQTTError? in
          if case .notPublished(9, let error) = event { error } else { nil }
        }
        #expect(early.code == .notConnected)
        sender.connection.connect()
        _ = try await sender.connected()
        sender.connection.publish((1...4).map { MQTTPublication(topic: "t", payload: [1], token: $0) })
        let (token, error) = try await sender.next { event -> (UInt64, MQTTError)? in
          if case .notPublished(let token, let error) = event { (token, error) } else { nil }
        }
        #expect(token == 4 && error.code == .queueFull)
      }
    }
  }

  @Test func theWillIsPublishedWhenTheConnectionIsDropped() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        let watcher = try RecordedConnection(configuration(server, "watcher"), on: loop)
        watcher.connection.connect()
        _ = try await watcher.connected()
        watcher.connection.subscribe(["status"])
        _ = try await watcher.subscribed()
        var mortal = configuration(server, "mortal")
        mortal.will = MQTTPublication(topic: "status", payload: Array("offline".utf8), isRetained: true)
        let device = try RecordedConnection(mortal, on: loop)
        device.connection.connect()
        _ = try await device.connected()
        device.connection.abort()
        #expect(try await device.disconnected().code == .requested)
        #expect(try await watcher.message().payload == Array("offline".utf8))
      }
    }
  }

  @Test func aPersistentSessionGetsWhatWasSentMeanwhile() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        let receiver = try RecordedConnection(configuration(server, "svc", isClean: false), on: loop)
        receiver.connection.connect()
        #expect(try await receiver.connected() == false)
        receiver.connection.subscribe(["t"])
        _ = try await receiver.subscribed()
        receiver.connection.disconnect()
        #expect(try await receiver.disconnected().code == .requested)

        let sender = try RecordedConnection(configuration(server, "sender"), on: loop)
        sender.connection.connect()
        _ = try await sender.connected()
        sender.connection.publish(MQTTPublication(topic: "t", payload: [7], token: 1))
        #expect(try await sender.published() == 1)

        receiver.connection.connect()
        #expect(try await receiver.connected() == true)
        #expect(try await receiver.message().payload == [7])
      }
    }
  }

  @Test func aServerThatDiesIsNoticedAndFoundAgain() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        let client = try RecordedConnection(configuration(server, "client"), on: loop)
        client.connection.connect()
        _ = try await client.connected()
        server.stop()
        #expect(try await client.disconnected().code == .connectionLost)
        // Refused while nothing listens: the policy goes on.
        #expect(try await client.disconnected().code == .connectionLost)
      }
    }
  }

  @Test func manyConnectionsShareOneThread() async throws {
    try await withTemporaryDirectory { directory in
      let server = try MosquittoProcess(directory: directory)
      try await withEventLoop { loop in
        MQTTEventLoop.raiseDescriptorLimit()
        let clients = try (0..<200).map { try RecordedConnection(configuration(server, "c\($0)"), on: loop) }
        for client in clients { client.connection.connect() }
        for client in clients { _ = try await client.connected() }
        for client in clients { client.connection.publish(MQTTPublication(topic: "t", payload: [1], token: 5)) }
        for client in clients { #expect(try await client.published() == 5) }
      }
    }
  }

  @Test func aConfigurationThatTheLibraryWouldMisreadIsRefused() async throws {
    try await withEventLoop { loop in
      for (host, port, client) in [("", 1, "c"), ("h", 0, "c"), ("h", 1, "c\0d")] {
        #expect(throws: MQTTError(.configuration, "")) {
          try MQTTConnection(
            MQTTConfiguration(host: host, port: UInt16(port), clientID: client), on: loop, onEvent: { _ in })
        }
      }
    }
  }

  @Test func workIsRunInTimeOrder() async throws {
    try await withEventLoop { loop in
      let (numbers, continuation) = AsyncStream.makeStream(of: Int.self)
      loop.schedule(after: .milliseconds(30)) {
        continuation.yield(3); continuation.finish()
      }
      loop.schedule(after: .milliseconds(1)) { continuation.yield(2) }
      loop.submit { continuation.yield(1) }
      var seen: [Int] = []
      for await number in numbers { seen.append(number) }
      #expect(seen == [1, 2, 3])
    }
  }

  @Test func aShutDownLoopCanBeShutDownAgain() async throws {
    try await withEventLoop { loop in
      await loop.shutdown()
      loop.submit { Issue.record("ran after the end") }
    }
  }
}

@Suite("Reconnect policy")
struct ReconnectPolicyTests {
  @Test func waitsDoubleUpToTheLongestWithJitter() {
    let policy = ReconnectPolicy(initial: .milliseconds(250), longest: .seconds(30))
    var generator = SystemRandomNumberGenerator()
    for (attempt, nominal) in [(0, 0.25), (1, 0.5), (2, 1), (6, 16), (7, 30), (1_000, 30)] {
      for _ in 0..<50 {
        let wait = policy.wait(attempt: attempt, using: &generator) / .seconds(1)
        #expect(wait >= nominal / 2 - 1e-9 && wait <= nominal + 1e-9)
      }
    }
  }
}
