import Foundation
import GRDB
import Store
import Testing

@Suite("Access at rest")
struct AccessStoreTests {
  private static func access(_ byte: UInt8, _ account: String, at time: UInt64, until end: UInt64) throws
    -> EmergencyAccess
  {
    EmergencyAccess(
      id: try #require(AccessID(Array(repeating: byte, count: 16))), account: account,
      pseudonym: try #require(Pseudonym("P-ABCD")), box: [byte, 7], openedAt: time, expiresAt: end)
  }

  /// Of many who try a step at once: how many are told that it is theirs.
  private static func winners(of step: UInt64, in store: SQLiteStore) async -> Int {
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 { group.addTask { (try? await store.useStep(step, of: "anna")) == true } }
      return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
  }

  @Test func aStepCountsOnceAndNeverBackwards() async throws {
    try await withStore { store, _ in
      let factor = SecondFactorRecord(account: "anna", box: [1], isConfirmed: false, lastStep: 0, createdAt: 5)
      let isBegun = try await store.begin(factor)
      #expect(isBegun)
      // Not confirmed: no step counts, and another attempt replaces it.
      #expect(try await store.useStep(9, of: "anna") == false)
      #expect(try await store.begin(.init(account: "anna", box: [2], isConfirmed: false, lastStep: 0, createdAt: 6)))
      #expect(try await store.confirmSecondFactor(of: "anna", box: [1], step: 9, recoveryCodes: []) == false)
      #expect(try await store.confirmSecondFactor(of: "anna", box: [2], step: 9, recoveryCodes: [[1], [2]]))
      #expect(try await store.confirmSecondFactor(of: "anna", box: [2], step: 9, recoveryCodes: [[3]]) == false)
      #expect(try await store.begin(factor) == false)
      #expect(try await store.secondFactor(of: "anna")?.box == [2])
      #expect(try await store.accountsWithSecondFactor() == ["anna"])
      for (step, isTaken) in [(9, false), (8, false), (11, true), (11, false), (10, false), (12, true)] {
        #expect(try await store.useStep(UInt64(step), of: "anna") == isTaken, "\(step)")
      }
      // Of many who try at once one wins.
      #expect(await Self.winners(of: 20, in: store) == 1)
      #expect(try await store.useRecoveryCode([1], of: "bert") == false)
      #expect(try await store.useRecoveryCode([1], of: "anna"))
      #expect(try await store.useRecoveryCode([1], of: "anna") == false)
      #expect(try await store.recoveryCodeCount(of: "anna") == 1)
      #expect(try await store.deleteSecondFactor(of: "anna"))
      #expect(try await store.deleteSecondFactor(of: "anna") == false)
      #expect(try await store.recoveryCodeCount(of: "anna") == 0)
    }
  }

  @Test func signInsAreListedRenewedAndEnded() async throws {
    try await withStore { store, _ in
      for (byte, account, used) in [(1, "anna", 10), (2, "anna", 30), (3, "anna", 20), (4, "bert", 40)] {
        try await store.put(
          SignInRecord(
            tokenHash: [UInt8(byte)], account: account, createdAt: 5, expiresAt: 100, lastUsedAt: UInt64(used),
            agent: "Firefox on Linux", address: "::1"))
      }
      #expect(try await store.signIns(of: "anna", at: 99).map(\.tokenHash) == [[2], [3], [1]])
      #expect(try await store.signIns(of: "anna", at: 100).isEmpty)
      try await store.renewSignIn(tokenHash: [1], usedAt: 50, expiresAt: 120)
      try await store.renewSignIn(tokenHash: [9], usedAt: 50, expiresAt: 120)
      #expect(try await store.signIn(tokenHash: [9]) == nil)
      let renewed = try #require(try await store.signIn(tokenHash: [1]))
      #expect(renewed.lastUsedAt == 50 && renewed.expiresAt == 120 && renewed.agent == "Firefox on Linux")
      #expect(try await store.deleteSignIns(of: "anna", except: [3]) == 2)
      #expect(try await store.signIns(of: "anna", at: 9).map(\.tokenHash) == [[3]])
      #expect(try await store.deleteSignIns(of: "anna", except: nil) == 1)
      #expect(try await store.signIns(of: "bert", at: 9).count == 1)
    }
  }

  @Test func anAccessStaysOnRecordAndEndsOnce() async throws {
    try await withStore { store, directory in
      try await store.open(Self.access(1, "anna", at: 10, until: 20))
      try await store.open(Self.access(2, "bert", at: 12, until: 30))
      #expect(try await store.emergencyAccess(of: nil, inForceAt: 9).isEmpty)
      #expect(try await store.emergencyAccess(of: nil, inForceAt: 12).map(\.account) == ["anna", "bert"])
      #expect(try await store.emergencyAccess(of: "anna", inForceAt: 19).count == 1)
      #expect(try await store.emergencyAccess(of: "anna", inForceAt: 20).isEmpty)
      #expect(try await store.emergencyAccessCount(of: "anna", since: 10) == 1)
      #expect(try await store.emergencyAccessCount(of: "anna", since: 11) == 0)
      let second = try Self.access(2, "bert", at: 12, until: 30)
      #expect(try await store.endEmergencyAccess(second.id, by: "admin", at: 15))
      #expect(try await store.endEmergencyAccess(second.id, by: "other", at: 16) == false)
      let ended = try #require(try await store.emergencyAccess(second.id))
      #expect(ended.endedAt == 15 && ended.endedBy == "admin" && ended.box == [2, 7])
      #expect(try await store.emergencyAccess(of: "bert", inForceAt: 15).isEmpty)
      #expect(try await store.emergencyAccess(limit: 1).map(\.account) == ["bert"])
      // Not even somebody with the file's own library can take it back without taking the triggers away first.
      let queue = try DatabaseQueue(path: "\(directory)/registry.sqlite")
      for sql in [
        "DELETE FROM emergency_access", "UPDATE emergency_access SET account = 'x'",
        "UPDATE emergency_access SET ended_at = 99 WHERE account = 'bert'", "DELETE FROM account_event",
        "UPDATE account_event SET actor = 'x'",
      ] {
        try await store.append(AccountEvent(account: "anna", actor: "admin", kind: .secondFactorReset, at: 3))
        await #expect(throws: DatabaseError.self, "\(sql)") { try await queue.write { try $0.execute(sql: sql) } }
      }
      #expect(try await store.accountEvents(of: "anna", limit: 10).count == 5)
      #expect(try await store.accountEvents(of: "bert", limit: 10).isEmpty)
    }
  }

  @Test func aPasskeysCounterGoesForwardAndCodesStayWhileAFactorIsLeft() async throws {
    try await withStore { store, _ in
      func key(_ byte: UInt8, _ account: String = "anna") -> PasskeyRecord {
        PasskeyRecord(hash: [byte], account: account, box: [byte], counter: 5, createdAt: UInt64(byte), lastUsedAt: nil)
      }
      let added1 = try await store.add(key(1), limit: 2, recoveryCodes: [[1], [2]])
      #expect(added1 == true)
      // The second brings no codes; a third is too many; a hash is one account's for good.
      let added2 = try await store.add(key(2), limit: 2, recoveryCodes: [[3]])
      #expect(added2 == false)
      let added3 = try await store.add(key(3), limit: 2, recoveryCodes: [])
      #expect(added3 == nil)
      let added4 = try await store.add(key(1, "bert"), limit: 2, recoveryCodes: [[9]])
      #expect(added4 == nil)
      #expect(try await store.recoveryCodeCount(of: "anna") == 2)
      #expect(try await store.accountsWithSecondFactor() == ["anna"])
      for (counter, isTaken) in [(5, false), (6, true), (6, false), (0, false), (9, true)] as [(UInt32, Bool)] {
        #expect(try await store.usePasskey(hash: [1], counter: counter, at: 7) == isTaken, "\(counter)")
      }
      #expect(try await store.passkey(hash: [1])?.lastUsedAt == 7)
      let still = PasskeyRecord(hash: [7], account: "bert", box: [7], counter: 0, createdAt: 1, lastUsedAt: nil)
      let added5 = try await store.add(still, limit: 2, recoveryCodes: [])
      #expect(added5 == true)
      #expect(try await store.usePasskey(hash: [7], counter: 0, at: 8))
      #expect(try await store.usePasskey(hash: [8], counter: 1, at: 8) == false)
      #expect(try await store.deletePasskey(hash: [1], of: "bert") == false)
      #expect(try await store.deletePasskey(hash: [1], of: "anna"))
      #expect(try await store.recoveryCodeCount(of: "anna") == 2)
      #expect(try await store.deletePasskey(hash: [2], of: "anna"))
      #expect(try await store.recoveryCodeCount(of: "anna") == 0)
    }
  }

  @Test func noticesAreKeptForEachReceiver() async throws {
    try await withStore { store, _ in
      let access = try Self.access(1, "anna", at: 10, until: 20)
      try await store.open(access)
      let pending = AccessNotice(access: access.id, receiver: "r", state: .pending, attempts: 1, nextAttemptAt: 4)
      try await store.put(pending)
      let done = AccessNotice(
        access: access.id, receiver: "r", state: .delivered, attempts: 2, nextAttemptAt: 4, deliveredAt: 9)
      try await store.put(done)
      #expect(try await store.accessNotices(openedSince: 10) == [done])
      #expect(try await store.accessNotices(openedSince: 11).isEmpty)
    }
  }

  @Test(arguments: ["", "00", String(repeating: "g", count: 32), String(repeating: "A", count: 32)])
  func aHostileNameIsNone(text: String) { #expect(AccessID(hex: text) == nil) }

  @Test func aNameReadsAsItIsWritten() throws {
    let id = try #require(AccessID((0..<16).map { UInt8($0 * 17) }))
    #expect(AccessID(hex: id.description) == id)
  }
}
