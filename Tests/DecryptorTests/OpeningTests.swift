import Decryptor
import KeyVaultClient
import Sealing
import Store
import Synchronization
import Testing
import Wire

@Suite("Who is opened first")
struct OpeningTests {
  /// One chunk, captured `second` seconds after the others began.
  private func piece(second: UInt64) -> SignalPiece {
    SignalPiece(
      samples: Array(repeating: 0, count: 187), firstSample: 0, captureTime: TestDevice.begin + second * 1_000_000)
  }

  @Test("of sessions that are found together, the vault is asked in the order in which they arrived")
  func arrival() async throws {
    let devices = try (1...24).map { try TestDevice($0) }
    let bench = try Bench(devices)
    let asked = AskedInOrder(bench.keys)
    let arriving = devices.shuffled()
    // The store tells them in another order than that of their arrival.
    for device in devices {
      let place = try #require(arriving.firstIndex { $0.reference == device.reference })
      try await bench.send([piece(second: UInt64(place))], from: device)
    }
    await bench.worker(asking: asked).turn()
    #expect(asked.references == arriving.map(\.reference))
  }

  @Test("where more sessions send than fit, each has its turn however late it began")
  func turns() async throws {
    let devices = try (1...10).map { try TestDevice($0) }
    let bench = try Bench(devices)
    let worker = bench.worker(configuration: DecryptorConfiguration(maximumLiveSessions: 3))
    // Every device goes on sending: whoever was closed waits again at once.
    for round in 0..<8 {
      for (place, device) in devices.enumerated() {
        try await bench.send(
          [piece(second: UInt64(place + 100 * round))], from: device, firstSequence: UInt64(round))
      }
      bench.time.advance(by: .seconds(1))
      await worker.turn()
    }
    for device in devices { #expect(try await bench.findings(of: device).count == 8) }
  }
}

/// Notes whose keys were asked for, in order.
private final class AskedInOrder: SessionKeySource {
  private let source: FixedKeySource
  private let asked = Mutex<[SessionReference]>([])

  init(_ source: FixedKeySource) { self.source = source }

  var references: [SessionReference] { asked.withLock { $0 } }

  func sessionKeys(_ requests: [SessionKeyRequest]) async throws(KeyVaultError) -> [SessionKeyAnswer] {
    asked.withLock { $0 += requests.map(\.reference) }
    return try await source.sessionKeys(requests)
  }

  func recordKey(_ purpose: RecordKeyPurpose) async throws(KeyVaultError) -> SecretBytes {
    try await source.recordKey(purpose)
  }
}
