import Decryptor
import Findings
import Inference
import KeyVaultClient
import Logging
import Sealing
import Store
import Wire

/// A store, a key source, clocks, and workers to kill and start.
struct Bench {
  let store = InMemoryStore()
  let keys: FixedKeySource
  let time = ManualTime()

  init(_ devices: [TestDevice]) throws {
    keys = try FixedKeySource()
    for device in devices { keys.setKey(device.key, for: device.reference.device) }
  }

  /// What goes wrong here goes wrong on purpose.
  static let quiet: Logger = {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return logger
  }()

  func worker(
    owner: String = "decryptor", configuration: DecryptorConfiguration? = nil,
    asking source: (any SessionKeySource)? = nil
  ) -> DecryptorWorker {
    DecryptorWorker(
      configuration: configuration ?? DecryptorConfiguration(owner: owner), chunks: store, findings: store,
      keys: source ?? keys,
      model: AbnormalityModel(BeatClassifier(model: WindowModel())), time: time.keeper, logger: Self.quiet)
  }

  func add(_ chunks: [ReceivedChunk]) async throws { _ = try await store.commit(ChunkBatch(chunks: chunks)) }

  func send(_ pieces: [SignalPiece], from device: TestDevice, firstSequence: UInt64 = 0) async throws {
    try await add(pieces.enumerated().map { try device.seal($1, sequence: firstSequence + UInt64($0)) })
  }

  /// Every finding on disk, opened.
  func findings(of device: TestDevice) async throws -> [Finding] {
    let seal = try FindingsSeal(key: device.sessionKey(.findings), reference: device.reference)
    return try await store.findings(of: device.reference, from: 0, limit: .max).map {
      try seal.finding($0.box, sequence: $0.sequence)
    }
  }

  /// What an undisturbed analysis of the same chunks says.
  static func undisturbed(_ pieces: [SignalPiece], from device: TestDevice) async throws -> [Finding] {
    let bench = try Bench([device])
    try await bench.send(pieces, from: device)
    await bench.worker().turn()
    return try await bench.findings(of: device)
  }
}
