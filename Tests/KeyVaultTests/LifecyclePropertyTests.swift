import KeyVault
import Testing
import Wire

@Suite("The whole life of keys against a model")
struct LifecyclePropertyTests {
  private static let shards = 6
  private static let sequences = 50
  private static let steps = 42

  @Test("Random sequences of everything that can be done", arguments: 0..<shards)
  func sequences(shard: Int) async throws {
    print("lifecycle property test: SEALEDBEAT_SEED=\(SeededGenerator.runSeed) shard \(shard)")
    for number in 0..<Self.sequences {
      let seed = SeededGenerator.runSeed &+ UInt64(shard * Self.sequences + number)
      try await TestVault.with { vault in
        let run = try LifecycleRun(vault, seed: seed)
        _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
        run.model.grants.append((1, .decryptor, nil, .session, nil))
        try run.enrol()
        for _ in 1..<Self.steps {
          try await step(run)
          try run.compare()
        }
        for _ in 0..<4 { try await run.release() }
        try run.compareLog()
      }
    }
  }

  private func step(_ run: LifecycleRun) async throws {
    switch Int.random(in: 0..<100, using: &run.chance) {
    case 0..<10: try run.enrol()
    case 10..<16: run.requestRotation()
    case 16..<24: try run.rotate()
    case 24..<28: run.change(.suspend)
    case 28..<32: run.change(.resume)
    case 32..<34: run.change(.deactivate)
    case 34..<37: run.compromise()
    case 37..<43: run.proposeDestruction()
    case 43..<52: run.approve()
    case 52..<54: run.withdraw()
    case 54..<56: run.cancel()
    case 56..<59: run.hold()
    case 59..<63: run.releaseHold()
    case 63..<65: run.rotateTenantKey()
    case 65..<67: try run.rewrap()
    case 67..<70: try run.upkeep()
    case 70..<76: try run.letTimeGoBy()
    case 76..<78: run.moveClock()
    case 78..<80: try run.closeAndOpen()
    case 80..<82: try run.backUp()
    case 82..<84: try run.openKeptBackup()
    case 84..<88: try run.changeGrants()
    default: try await run.release()
    }
  }
}
