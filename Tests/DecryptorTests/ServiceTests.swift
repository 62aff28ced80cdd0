import Cardio
import Decryptor
import Inference
import Store
import Testing

@Suite("The service")
struct ServiceTests {
  @Test("follows the store, shares sessions out among workers, and checkpoints at its end")
  func run() async throws {
    let devices = try (80..<86).map { try TestDevice($0) }
    let bench = try Bench(devices)
    let pieces = SignalPiece.cut(.pvc, seconds: 30)
    for device in devices { try await bench.send(pieces, from: device) }
    let service = DecryptorService(
      configuration: DecryptorConfiguration(workers: 3, measuresStages: true), chunks: bench.store,
      findings: bench.store, changes: bench.store, keys: bench.keys,
      model: AbnormalityModel(BeatClassifier(model: WindowModel())), logger: Bench.quiet)
    #expect(!service.isReady)
    try await withThrowingTaskGroup { group in
      group.addTask { try await service.run() }
      // Facts, not time: every worker has had its first turn when it is ready.
      while !service.isReady { await Task.yield() }
      bench.store.finishChanges()
      try await group.waitForAll()
    }
    let expected = try await Bench.undisturbed(pieces, from: devices[0]).count
    for device in devices {
      #expect(try await bench.findings(of: device).count == expected)
      #expect(bench.store.withState { $0.analyses[device.reference]?.checkpoint?.sequence } == UInt64(expected - 1))
    }
  }
}
