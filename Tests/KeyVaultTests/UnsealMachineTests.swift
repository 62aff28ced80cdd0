import Foundation
import KeyVault
import Sealing
import Testing

@Suite("Collecting shares")
struct UnsealMachineTests {
  /// The shares of a new split, and what describes it.
  private func deal(_ count: Int, _ threshold: Int, _ body: ([RootShare], RootDescription.Split) async throws -> Void)
    async throws
  {
    try await TemporaryDirectory.with { directory in
      let split: RootDescription.Split
      do {
        let authority = try KeyAuthority.create(
          directory: directory + "/vault",
          newRoot: .shares(count: count, threshold: threshold, directory: directory + "/shares"))
        split = try #require(authority.rootDescription.split)
      }
      try await body(RootTests.shares(in: directory + "/shares"), split)
    }
  }

  private func said(_ outcome: UnsealMachine.Outcome) -> String {
    switch outcome {
    case .waiting: "waiting"
    case .complete(let shares): "complete \(shares.map(\.index))"
    case .refused(let error): error.code.rawValue
    }
  }

  @Test("The last share that is needed completes the set; then the next set begins empty")
  func completes() async throws {
    try await deal(5, 3) { shares, split in
      var machine = UnsealMachine(split)
      #expect(said(machine.give(shares[4], now: 0)) == "waiting")
      #expect(said(machine.give(shares[0], now: 1)) == "waiting")
      #expect(machine.given(now: 1) == 2)
      #expect(said(machine.give(shares[2], now: 2)) == "complete [5, 1, 3]")
      #expect(machine.given(now: 2) == 0)
    }
  }

  @Test("The same share twice, a share of another split and a forged share are each refused, and do not count")
  func refuses() async throws {
    try await deal(3, 3) { shares, split in
      try await self.deal(3, 3) { strangers, _ in
        var machine = UnsealMachine(split)
        _ = machine.give(shares[0], now: 0)
        #expect(said(machine.give(shares[0], now: 0)) == "bad-request")
        #expect(said(machine.give(strangers[1], now: 0)) == "wrong-root")
        #expect(machine.given(now: 0) == 1)
        _ = machine.give(shares[1], now: 0)
        #expect(said(machine.give(shares[2], now: 0)) == "complete [1, 2, 3]")
      }
    }
  }

  @Test("A set that is not complete in ten minutes is forgotten")
  func expires() async throws {
    try await deal(3, 2) { shares, split in
      var machine = UnsealMachine(split)
      _ = machine.give(shares[0], now: 100)
      #expect(machine.given(now: 699) == 1)
      #expect(machine.given(now: 700) == 0)
      var isExpired = machine.expire(now: 699)
      #expect(!isExpired)
      isExpired = machine.expire(now: 700)
      #expect(isExpired)
      isExpired = machine.expire(now: 701)
      #expect(!isExpired)
      #expect(said(machine.give(shares[1], now: 701)) == "waiting")
      // The clock of a set starts with its first share.
      #expect(said(machine.give(shares[0], now: 1300)) == "complete [2, 1]")
    }
  }

  @Test("After five wrong sets a minute's wait allows one more")
  func limits() async throws {
    try await deal(2, 2) { shares, split in
      var machine = UnsealMachine(split)
      for _ in 0..<UnsealMachine.failureLimit {
        _ = machine.give(shares[0], now: 10)
        #expect(said(machine.give(shares[1], now: 10)) == "complete [1, 2]")
        machine.failed(now: 10)
      }
      #expect(said(machine.give(shares[0], now: 10)) == "too-many")
      #expect(said(machine.give(shares[0], now: 69)) == "too-many")
      #expect(said(machine.give(shares[0], now: 70)) == "waiting")
      #expect(said(machine.give(shares[1], now: 70)) == "complete [1, 2]")
      machine.failed(now: 70)
      #expect(said(machine.give(shares[0], now: 71)) == "too-many")
    }
  }
}
