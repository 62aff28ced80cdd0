import Broker
import Foundation
import Logging
import MQTT
import ServiceLifecycle
import Store
import Synchronization
import Wire

/// A broker between a real mosquitto and a real store.
func withBroker(
  _ chunks: (SQLiteStore) -> any ChunkStore = { $0 },
  _ body: (_ device: RecordedConnection, _ store: SQLiteStore, _ service: BrokerService) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    let server = try InstalledMosquitto(in: directory)
    let store = try await SQLiteStore.open(
      directory: directory.appending(path: "store").path, writing: [.chunks])
    defer { store.close() }
    let service = BrokerService(
      configuration: BrokerConfiguration(
        mqtt: try server.client("svc.broker", isClean: false), telemetryInterval: .milliseconds(20)),
      chunks: chunks(store), logger: Logger(label: "test"))
    try await withEventLoop { loop in
      let device = try RecordedConnection(try server.client("dev-one"), on: loop)
      device.connection.connect()
      _ = try await device.connected()
      device.connection.subscribe(["sb/1/dev-one/receipt", "sb/1/dev-one/command"])
      _ = try await device.subscribed()
      _ = try await device.subscribed()
      let group = ServiceGroup(services: [service], gracefulShutdownSignals: [], logger: Logger(label: "test"))
      try await withThrowingTaskGroup(of: Void.self) { tasks in
        tasks.addTask { try await group.run() }
        // The registry's notices tell time here: a broker that is not ready yet would miss the first message.
        for await _ in store.changes(in: .chunks, atLeastEvery: .milliseconds(5)) where service.isReady { break }
        do {
          try await body(device, store, service)
        } catch {
          await group.triggerGracefulShutdown()
          throw error
        }
        await group.triggerGracefulShutdown()
        try await tasks.waitForAll()
      }
    }
  }
}

/// The chunks of one session of `dev-one`.
struct TestSession {
  let device = "dev-one"
  let session: SessionID
  private let iv: SessionIV

  init() throws {
    guard let session = SessionID((0..<16).map { _ in UInt8.random(in: 0...255) }),
      let iv = SessionIV((0..<12).map { _ in UInt8.random(in: 0...255) })
    else { throw CocoaError(.formatting) }
    self.session = session
    self.iv = iv
  }

  var reference: SessionReference? { DeviceID(device).map { SessionReference(device: $0, session: session) } }

  func message(_ sequence: UInt64, backlog: UInt64 = 0, filler: UInt8 = 1) -> MQTTPublication {
    let header = ChunkHeader(
      keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: sequence), session: session, sequence: sequence,
      kind: .ecgLeadI, firstSample: sequence * 187, count: 187, nanovoltsPerLSB: 1_000,
      captureTime: 1_700_000_000_000_000, isClockSynchronised: true, firmware: FirmwareVersion(rawValue: 1),
      backlog: backlog)
    let chunk = SealedChunk(header: header, ciphertext: [UInt8](repeating: filler, count: 390))
    return MQTTPublication(topic: "sb/1/\(device)/chunk", payload: chunk.encoded())
  }
}

/// A store that is full for the first transactions with chunks.
final class FullAtFirst: ChunkStore {
  private let store: SQLiteStore
  private let failures: Atomic<Int>

  init(_ store: SQLiteStore, failures: Int) {
    self.store = store
    self.failures = Atomic(failures)
  }

  func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit {
    if !batch.chunks.isEmpty, failures.wrappingSubtract(1, ordering: .relaxed).oldValue > 0 {
      throw StoreError(.diskFull, "chunks.sqlite")
    }
    return try await store.commit(batch)
  }

  func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try await store.sessions(changedSince: revision, limit: limit)
  }

  func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord? {
    try await store.session(reference)
  }

  func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord] {
    try await store.sessions(of: device, limit: limit)
  }

  func chunks(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [StoredChunk] {
    try await store.chunks(of: reference, from: sequence, limit: limit)
  }

  func devices() async throws(StoreError) -> [DeviceTelemetry] { try await store.devices() }
}
