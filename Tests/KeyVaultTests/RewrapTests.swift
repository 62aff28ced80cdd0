import Foundation
import GRDB
import KeyVault
import Sealing
import Synchronization
import Testing
import Wire

@Suite("Rotation of the tenant key, and the move of every key under it")
struct RewrapTests {
  /// A vault with `count` devices, most of them copies of rows that the vault wrapped itself.
  private func prepared(_ count: Int, _ body: (TestVault, [TestDevice]) async throws -> Void) async throws {
    try await TestVault.with { vault in
      _ = try vault.authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let devices = try (0..<count).map { try TestDevice("pump-\(1000 + $0)") }
      for device in devices { try device.enrol(in: vault.authority) }
      try await body(vault, devices)
    }
  }

  private final class End: Sendable {
    let workers = Mutex(3)
  }

  private func everyKeyOpens(_ vault: TestVault, _ devices: [TestDevice]) async throws {
    let sessions = try devices.map { try TestSession($0.id) }
    for start in stride(from: 0, to: sessions.count, by: 1000) {
      let part = start..<min(start + 1000, sessions.count)
      let answers = try await vault.authority.sessionKeys(sessions[part].map { $0.request() }, for: .decryptor)
      for (index, answer) in zip(part, answers) {
        guard case .released(let keys) = answer else {
          Issue.record("\(devices[index].id): \(answer)")
          continue
        }
        let expected = try sessions[index].key(from: devices[index].dataKey).hex
        #expect(keys[0].hex == expected)
      }
    }
  }

  private func expectProgress(_ authority: KeyAuthority, version: UInt32, done: Int, remaining: Int) throws {
    let progress = try authority.rewrapProgress()
    #expect(progress.version == version && progress.done == done && progress.remaining == remaining)
  }

  @Test(
    "Interrupted after every batch, restarted each time, with a further rotation in between: every key opens at every moment"
  )
  func interrupted() async throws {
    let batch = KeyAuthority.rewrapBatch
    try await prepared(batch + batch / 2) { vault, devices in
      for tenantKey in UInt32(2)...3 {
        #expect(try vault.authority.rotateTenantKey(reason: "test", actor: "svc.operator") == tenantKey)
        try vault.reopen()
        try await everyKeyOpens(vault, devices)
        // One batch, then a crash: the next process begins at the beginning and passes over what is done.
        #expect(try vault.authority.rewrap(actor: "vault") != nil)
        let progress = try vault.authority.rewrapProgress()
        #expect(progress.version == tenantKey && progress.done >= batch && progress.remaining > 0)
        try vault.reopen()
        try await everyKeyOpens(vault, devices)
        let gone = try vault.authority.report().ownKeys.filter {
          $0.role == .tenantKeyEncryptionKey && $0.destroyed != nil
        }
        #expect(gone.isEmpty, "an earlier tenant key was destroyed while keys were under it")
      }
      // Keys lie under versions 1, 2 and 3 now.
      #expect(try vault.value(Int.self, "SELECT COUNT(DISTINCT kek) FROM device_key") ?? 0 > 1)
      var position: KeyAuthority.RewrapPosition? = .start
      while let next = position {
        position = try vault.authority.rewrap(after: next, actor: "vault")
        try await everyKeyOpens(vault, devices)
      }
      #expect(try vault.authority.rewrapProgress().remaining == 0)
      let states = try vault.authority.report().ownKeys.filter { $0.role == .tenantKeyEncryptionKey }.map(\.state)
      #expect(states == [.destroyed, .destroyed, .active])
      #expect(
        try vault.value(Int.self, "SELECT COUNT(*) FROM own_key WHERE name = 'tenant-kek' AND wrapped IS NOT NULL") == 1
      )
      try vault.reopen()
      try await everyKeyOpens(vault, devices)
      _ = try vault.authority.verifyAudit()
    }
  }

  @Test("A row that was moved to another device, version or state opens after a rewrap no more than before")
  func additionalData() async throws {
    try await prepared(3) { vault, devices in
      let session = try TestSession(devices[0].id)
      _ = try vault.authority.suspend(devices[2].id, reason: "lost", actor: "svc.operator")
      for isRewrapped in [false, true] {
        if isRewrapped {
          _ = try vault.authority.rotateTenantKey(reason: "test", actor: "svc.operator")
          #expect(try vault.authority.rewrap(actor: "vault") == nil)
        }
        let queue = try DatabaseQueue(path: vault.path)
        defer { try? queue.close() }
        let columns = try queue.read { try Row.fetchAll($0, sql: "SELECT * FROM device_key ORDER BY device") }
        let wrapped = columns.map { $0["wrapped"] as Data }
        // Another device's key in this one's place.
        try vault.tamper("UPDATE device_key SET wrapped = ? WHERE device = 'pump-1000'", [wrapped[1]])
        try vault.reopen()
        #expect(try await vault.release(session.request()) == "damaged")
        try vault.tamper("UPDATE device_key SET wrapped = ? WHERE device = 'pump-1000'", [wrapped[0]])
        // A suspended key that somebody declares active.
        try vault.tamper("UPDATE device_key SET state = 'active' WHERE device = 'pump-1002'")
        let suspended = try TestSession(devices[2].id)
        #expect(try await vault.release(suspended.request()) == "damaged")
        try vault.tamper("UPDATE device_key SET state = 'suspended' WHERE device = 'pump-1002'")
        // Another version.
        try vault.tamper("UPDATE device_key SET version = 2 WHERE device = 'pump-1000'")
        #expect(try await vault.release(TestSession(devices[0].id).request(version: 2)) == "damaged")
        try vault.tamper("UPDATE device_key SET version = 1 WHERE device = 'pump-1000'")
        try vault.reopen()
        #expect(try await vault.release(session.request()) == (try session.key(from: devices[0].dataKey).hex))
        // And what does not unwrap stops a rewrap instead of getting lost in it.
        try vault.reopen()
      }
      _ = try vault.authority.rotateTenantKey(reason: "test", actor: "svc.operator")
      try vault.tamper("UPDATE device_key SET state = 'active' WHERE device = 'pump-1002'")
      #expect(throws: VaultError(.corrupted, "")) { try vault.authority.rewrap(actor: "vault") }
      #expect(try vault.authority.rewrapProgress().remaining > 0)
      try vault.tamper("UPDATE device_key SET state = 'suspended' WHERE device = 'pump-1002'")
      #expect(try vault.authority.rewrap(actor: "vault") == nil)
    }
  }

  @Test("A rotation or a rewrap whose transaction fails changes nothing, and can be done again")
  func failingTransaction() async throws {
    try await prepared(3) { vault, devices in
      let triggers = [
        "BEFORE INSERT ON own_key", "BEFORE UPDATE ON own_key", "BEFORE INSERT ON transition", "BEFORE INSERT ON audit",
        "BEFORE INSERT ON audit_head",
      ]
      for trigger in triggers {
        try vault.tamper("CREATE TRIGGER fault \(trigger) BEGIN SELECT RAISE(ABORT, 'fault'); END")
        #expect(throws: VaultError(.auditUnavailable, ""), "\(trigger)") {
          try vault.authority.rotateTenantKey(reason: "test", actor: "svc.operator")
        }
        try vault.tamper("DROP TRIGGER fault")
        try expectProgress(vault.authority, version: 1, done: 8, remaining: 0)
        try await everyKeyOpens(vault, devices)
        try vault.reopen()
        try await everyKeyOpens(vault, devices)
      }
      #expect(try vault.authority.rotateTenantKey(reason: "test", actor: "svc.operator") == 2)
      for trigger in triggers.dropFirst() + ["BEFORE UPDATE ON device_key"] {
        try vault.tamper("CREATE TRIGGER fault \(trigger) BEGIN SELECT RAISE(ABORT, 'fault'); END")
        #expect(throws: VaultError(.auditUnavailable, ""), "\(trigger)") { try vault.authority.rewrap(actor: "vault") }
        try vault.tamper("DROP TRIGGER fault")
        #expect(try vault.authority.rewrapProgress().remaining == 8, "\(trigger)")
        try await everyKeyOpens(vault, devices)
      }
      #expect(try vault.authority.rewrap(actor: "vault") == nil)
      try vault.reopen()
      try await everyKeyOpens(vault, devices)
    }
  }

  @Test("Releases go on while the tenant key is rotated and everything is rewrapped, over and over: none fails")
  func concurrent() async throws {
    try await prepared(40) { vault, devices in
      let authority = vault.authority
      let keys = devices.map { ($0.id, $0.dataKey) }
      let end = End()
      let released = try await withThrowingTaskGroup(of: Int.self) { group in
        group.addTask {
          while end.workers.withLock({ $0 }) > 0 {
            _ = try authority.rotateTenantKey(reason: "test", actor: "svc.operator")
            var position: KeyAuthority.RewrapPosition? = .start
            while let next = position {
              position = try authority.rewrap(after: next, actor: "vault")
              await Task.yield()
            }
          }
          return 0
        }
        for worker in 0..<3 {
          group.addTask {
            var count = 0
            defer { end.workers.withLock { $0 -= 1 } }
            for _ in 0..<10 {
              for (device, dataKey) in keys.dropFirst(worker * 10).prefix(10) {
                // A change of state forgets the unwrapped copy: the next release unwraps what lies there now.
                _ = try authority.suspend(device, reason: "test", actor: "svc.operator")
                _ = try authority.resume(device, reason: "test", actor: "svc.operator")
                let session = try TestSession(device)
                let answer = try await authority.sessionKeys([session.request()], for: .decryptor)
                guard case .released(let released) = answer[0] else {
                  Issue.record("\(device): \(answer)")
                  continue
                }
                let expected = try session.key(from: dataKey).hex
                #expect(released[0].hex == expected)
                count += 1
              }
            }
            return count
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(released == 300)
      let progress = try authority.rewrapProgress()
      #expect(progress.version > 10 && progress.remaining == 0 && progress.done == 45)
      _ = try authority.verifyAudit()
    }
  }
}
