import Cardio
import Decryptor
import Findings
import Foundation
import Inference
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

@Suite("On the real store")
struct SQLiteTests {
  private func withDirectory(_ body: (String) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try await body(directory.path)
  }

  @Test("killed and started again, beside a broker that goes on committing: every chunk once, and no plaintext on disk")
  func killed() async throws {
    let pieces = SignalPiece.cut(.pvc, seconds: 120)
    let devices = try [TestDevice(90), TestDevice(91), TestDevice(92)]
    let expected = try await Bench.undisturbed(pieces, from: devices[0])
    let keys = try FixedKeySource()
    for device in devices { keys.setKey(device.key, for: device.reference.device) }
    try await withDirectory { directory in
      let broker = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      defer { broker.close() }
      let steps = [0..<20, 20..<50, 50..<pieces.count]
      for (life, range) in steps.enumerated() {
        let store = try await SQLiteStore.open(directory: directory, writing: [.findings])
        defer { store.close() }
        let service = DecryptorService(
          configuration: DecryptorConfiguration(), chunks: store, findings: store, changes: store, keys: keys,
          model: AbnormalityModel(BeatClassifier(model: WindowModel())), logger: Bench.quiet)
        let running = Task { try await service.run() }
        // Some chunks before it looks, some while it runs.
        for device in devices {
          let sealed = try range.map { try device.seal(pieces[$0], sequence: UInt64($0)) }
          _ = try await broker.commit(ChunkBatch(chunks: sealed))
        }
        for await _ in store.changes(in: .findings, atLeastEvery: .milliseconds(100)) {
          var done = 0
          for device in devices {
            if try await store.analysis(device.reference)?.analysedThrough == UInt64(range.upperBound - 1) { done += 1 }
          }
          // In its second life it is stopped as soon as one session is through.
          if done == devices.count || life == 1 && done > 0 { break }
        }
        running.cancel()
        try await running.value
      }
      let store = try await SQLiteStore.open(directory: directory, writing: [])
      defer { store.close() }
      for device in devices {
        let seal = try FindingsSeal(key: device.sessionKey(.findings), reference: device.reference)
        let findings = try await store.findings(of: device.reference, from: 0, limit: 10_000).map {
          try seal.finding($0.box, sequence: $0.sequence)
        }
        #expect(findings == expected)
      }
      try Self.expectNoPlaintext(in: directory, of: pieces, findings: expected)
    }
  }

  /// Sixteen bytes of samples, or of an encoded finding, do not occur in random data.
  private static func expectNoPlaintext(in directory: String, of pieces: [SignalPiece], findings: [Finding]) throws {
    let secrets =
      pieces.map { Data($0.plaintext[40..<56]) } + findings.map { Data($0.encoded().suffix(24).prefix(16)) }
    let names = try FileManager.default.contentsOfDirectory(atPath: directory)
    #expect(names.contains("findings.sqlite"))
    for name in names {
      let content = try Data(contentsOf: URL(fileURLWithPath: "\(directory)/\(name)"))
      for secret in secrets where secret.count == 16 { #expect(content.range(of: secret) == nil, "\(name)") }
    }
  }
}
