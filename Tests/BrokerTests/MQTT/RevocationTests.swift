import Foundation
import Gatekeeper
import KeyVaultClient
import Logging
import MQTT
import ServiceLifecycle
import Synchronization
import Testing
import Wire

@Suite("The gatekeeper at a real mosquitto", .timeLimit(.minutes(1)))
struct RevocationTests {
  /// A vault's list that a test writes.
  private final class ListOfATest: AccessListSource {
    private struct State {
      var revision: UInt64 = 0
      var devices: [DeviceID: AccessFeed.Entry] = [:]
      var applied: UInt64 = 0
      var ahead: [DeviceID: UInt64] = [:]
    }

    private let state = Mutex(State())
    private let changed = Bell()
    private let acknowledged = Bell()

    @discardableResult
    func set(_ name: String, isAdmitted: Bool, rotateTo: UInt32? = nil) throws -> UInt64 {
      let device = try #require(DeviceID(name))
      let revision = state.withLock { state in
        state.revision += 1
        state.devices[device] = AccessFeed.Entry(
          device, isAdmitted: isAdmitted, rotateTo: rotateTo.map { KeyVersion(rawValue: $0) }, revision: state.revision)
        return state.revision
      }
      changed.ring()
      return revision
    }

    func isApplied(_ name: String, _ revision: UInt64) async throws {
      let device = try #require(DeviceID(name))
      await acknowledged.wait { self.state.withLock { $0.applied >= revision || $0.ahead[device] ?? 0 >= revision } }
    }

    func page(after revision: UInt64, wait: Int) async throws(KeyVaultError) -> AccessFeed.Page {
      if wait > 0 { await changed.wait { self.state.withLock { $0.revision > revision } } }
      return state.withLock { state in
        AccessFeed.Page(
          revision: state.revision, isComplete: true,
          devices: state.devices.values.filter { $0.revision > revision })
      }
    }

    func acknowledge(_ revision: UInt64, ahead: [DeviceID: UInt64]) async throws(KeyVaultError) {
      state.withLock { state in
        state.applied = revision
        state.ahead = ahead
      }
      acknowledged.ring()
    }
  }

  /// Runs a gatekeeper beside a mosquitto whose access file names `dev-one` and `dev-other`.
  private func withGatekeeper(
    _ body: (InstalledMosquitto, ListOfATest, MQTTEventLoop) async throws -> Void
  ) async throws {
    try await withTemporaryDirectory { directory in
      let server = try InstalledMosquitto(in: directory, admitted: ["dev-one", "dev-other"])
      let list = ListOfATest()
      try list.set("dev-one", isAdmitted: true)
      try list.set("dev-other", isAdmitted: true)
      let service = GatekeeperService(
        mqtt: try server.client("svc.gatekeeper"), feed: list, logger: Logger(label: "test"))
      try await withEventLoop { loop in
        try await withThrowingTaskGroup(of: Void.self) { tasks in
          tasks.addTask { try await service.run() }
          try await list.isApplied("dev-other", 2)
          try await body(server, list, loop)
          tasks.cancelAll()
        }
      }
    }
  }

  private func connect(_ configuration: MQTTConfiguration, on loop: MQTTEventLoop) async throws -> RecordedConnection {
    let client = try RecordedConnection(configuration, on: loop)
    client.connection.connect()
    _ = try await client.connected()
    return client
  }

  @Test func aRevokedDeviceIsCutAndPowerlessAndCutAgainAndOthersAreNot() async throws {
    try await withGatekeeper { server, list, loop in
      let broker = try await connect(try server.client("svc.broker"), on: loop)
      broker.connection.subscribe(["sb/1/+/chunk", "sb/1/+/status"])
      _ = try await broker.subscribed()
      _ = try await broker.subscribed()
      let other = try await connect(try server.client("dev-other"), on: loop)
      var configuration = try server.client("dev-one", isClean: false)
      configuration.reconnect = nil
      let device = try await connect(configuration, on: loop)
      device.connection.subscribe(["sb/1/dev-one/receipt"])
      #expect(try await device.subscribed() == [1])
      device.connection.publish(
        MQTTPublication(topic: "sb/1/dev-one/status", payload: Array("online".utf8), isRetained: true))
      #expect(try await broker.message().payload == Array("online".utf8))

      let revision = try list.set("dev-one", isAdmitted: false)
      #expect(try await device.disconnected().code == .connectionLost)
      try await list.isApplied("dev-one", revision)
      // Those who watch the link learn it, although no last will was sent.
      #expect(try await broker.message().payload == Array("offline".utf8))

      // The certificate still opens the connection, to its old session even; nothing else.
      device.connection.connect()
      _ = try await device.connected()
      device.connection.publish(MQTTPublication(topic: "sb/1/dev-one/chunk", payload: [1]))
      device.connection.subscribe(["sb/1/dev-one/command"])
      broker.connection.publish(MQTTPublication(topic: "sb/1/dev-one/receipt", payload: [2]))
      let what = try await device.next { event -> String? in
        switch event {
        case .message: "message"
        case .subscribed(let granted): granted == [128] ? nil : "subscribed"
        case .disconnected: "cut again"
        default: nil
        }
      }
      #expect(what == "cut again")
      // The other device saw nothing of it, and is the next that the broker hears.
      other.connection.publish(MQTTPublication(topic: "sb/1/dev-other/chunk", payload: [3], token: 1))
      #expect(try await other.published() == 1)
      #expect(try await broker.message().topic == "sb/1/dev-other/chunk")
    }
  }

  @Test func aDeviceThatConnectsBeforeItIsAdmittedIsKickedAndThenServed() async throws {
    try await withGatekeeper { server, list, loop in
      let early = try await connect(try server.client("dev-early"), on: loop)
      // Nobody knows it yet: it is cut, and its policy brings it back.
      _ = try await early.disconnected()
      let revision = try list.set("dev-early", isAdmitted: true, rotateTo: 2)
      try await list.isApplied("dev-early", revision)
      // It comes back by itself, and is told at once when it says that it is online.
      while true {
        _ = try await early.connected()
        early.connection.subscribe(["sb/1/dev-early/command"])
        if try await early.next({ event -> Bool? in
          switch event {
          case .subscribed(let granted): granted == [1]
          case .disconnected: false
          default: nil
          }
        }) {
          break
        }
      }
      early.connection.publish(
        MQTTPublication(topic: "sb/1/dev-early/status", payload: Array("online".utf8), isRetained: true))
      let message = try await early.message()
      #expect(try DeviceCommand(decoding: message.payload) == .rotateDataKey(KeyVersion(rawValue: 2)))
    }
  }

  @Test func whoeverIsNoGatekeeperCannotSpeakToThePlugin() async throws {
    try await withGatekeeper { server, list, loop in
      let mallory = try await connect(try server.client("dev-one"), on: loop)
      let commands = try PluginCommand.message([.deleteClient(try #require(DeviceID("dev-other")))], correlation: "1")
      for topic in [PluginTopic.request, PluginTopic.answer, "$CONTROL/dynamic-security/v2"] {
        mallory.connection.publish(MQTTPublication(topic: topic, payload: commands, token: 1))
        _ = try await mallory.published()
      }
      mallory.connection.subscribe([PluginTopic.answer, PluginTopic.notices, "$SYS/#", "$CONTROL/#"])
      for _ in 0..<4 { #expect(try await mallory.subscribed() == [128]) }
      let other = try await connect(try server.client("dev-other"), on: loop)
      other.connection.subscribe(["sb/1/dev-other/command"])
      #expect(try await other.subscribed() == [1])
      _ = list
    }
  }
}

/// Wakes those who wait for a condition.
private final class Bell: Sendable {
  private let waiters = Mutex<[CheckedContinuation<Void, Never>]>([])

  func ring() {
    let woken = waiters.withLock { waiters in
      defer { waiters = [] }
      return waiters
    }
    for waiter in woken { waiter.resume() }
  }

  func wait(until isTrue: @Sendable () -> Bool) async {
    while !isTrue(), !Task.isCancelled {
      await withTaskCancellationHandler {
        await withCheckedContinuation { continuation in
          let mayGoOn = waiters.withLock { waiters in
            if isTrue() || Task.isCancelled { return true }
            waiters.append(continuation)
            return false
          }
          if mayGoOn { continuation.resume() }
        }
      } onCancel: {
        ring()
      }
    }
  }
}
