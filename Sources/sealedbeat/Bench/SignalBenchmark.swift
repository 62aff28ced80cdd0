import Cardio
import Decryptor
import Foundation
import KeyVaultClient
import Sealing
import Store
import Wire

/// A long session in a store, and the time that looks at it take.
struct SignalBenchmark {
  /// What was measured, in milliseconds.
  struct Report: Encodable {
    let chunks: Int
    let points: Int
    /// The first envelope of the whole session: every chunk is read, opened and filtered.
    let first_ms: Double
    /// The same again: the median of 50.
    let later_ms_median: Double
    /// Two seconds in the middle, one by one: the median of 50.
    let two_seconds_ms_median: Double
    let buckets: Int
  }

  let hours: Double
  let points: Int
  let directory: String

  /// Chunks committed in one transaction.
  private static let batch = 512

  func run() async throws -> Report {
    // A name of letters and digits, 16 and 12 bytes.
    let device = DeviceID("bench-signals")!
    let session = SessionID([UInt8](repeating: 7, count: 16))!
    let iv = SessionIV([UInt8](repeating: 9, count: 12))!
    let deviceKey = try SecretBytes(randomCount: AEAD.keySize)
    let keys = try FixedKeySource()
    keys.setKey(deviceKey, for: device)
    let store = try await SQLiteStore.open(directory: directory, writing: [.chunks])
    defer { store.close() }
    let key = try SessionKey(deviceKey: deviceKey, device: device, session: session, iv: iv, purpose: .session)
    let sealer = try ChunkSealer(key: key, device: device)
    let count = Int(hours * 3600 * SampleRate.analysis.hertz) / ChunkHeader.maximumSampleCount
    var patient = SyntheticPatient(preset: .normal, seed: 1)
    for start in stride(from: 0, to: count, by: Self.batch) {
      let chunks = try (start..<min(count, start + Self.batch)).map { index -> ReceivedChunk in
        let signal = patient.next(ChunkHeader.maximumSampleCount)
        let header = ChunkHeader(
          keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: UInt64(index)), session: session,
          sequence: UInt64(index), kind: .ecgLeadI, firstSample: UInt64(signal.firstSample),
          count: signal.microvolts.count, nanovoltsPerLSB: 1000,
          captureTime: 1_767_225_600_000_000 + UInt64(signal.firstSample) * 8000, isClockSynchronised: true,
          firmware: FirmwareVersion(rawValue: 0x10000))
        let plaintext = signal.microvolts.flatMap { value -> [UInt8] in
          let sample = Int16(max(-32_000, min(32_000, value)))
          return [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
        }
        return ReceivedChunk(
          device: device, header: header, message: try sealer.seal(plaintext, header: header).encoded(), receivedAt: 1)
      }
      _ = try await store.commit(ChunkBatch(chunks: chunks))
    }
    let reference = SessionReference(device: device, session: session)
    guard let record = try await store.session(reference) else { throw ExitStatus.findings }
    let reader = StripReader(chunks: store, keys: keys)
    let samples = count * ChunkHeader.maximumSampleCount
    var buckets = 0
    func look(_ from: Int, _ count: Int) async throws -> Double {
      let start = ContinuousClock.now
      buckets = try await reader.envelope(
        of: record, channel: .ecg, from: UInt64(from), count: count, points: points
      ).envelope.bucketCount
      return (ContinuousClock.now - start) / .milliseconds(1)
    }
    let first = try await look(0, samples)
    let whole = buckets
    var later: [Double] = []
    var short: [Double] = []
    for _ in 0..<50 {
      later.append(try await look(0, samples))
      short.append(try await look(samples / 2, 250))
    }
    return Report(
      chunks: count, points: points, first_ms: first, later_ms_median: later.sorted()[25],
      two_seconds_ms_median: short.sorted()[25], buckets: whole)
  }
}
