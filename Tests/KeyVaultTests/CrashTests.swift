import Foundation
import KeyVault
import Sealing
import Testing
import Wire

@Suite("A vault that is killed opens again")
struct CrashTests {
  /// Copies the files as a crash would leave them: without any close.
  private func copy(_ directory: String, to target: String) throws {
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
    // The main file first: what SQLite adds to the log after that belongs to transactions that the copy may lack.
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: directory + "/vault.sqlite" + suffix) {
      try FileManager.default.copyItem(
        atPath: directory + "/vault.sqlite" + suffix, toPath: target + "/vault.sqlite" + suffix)
    }
  }

  @Test("What was answered is on the disk: every commit is flushed, in a new vault and in one that was opened")
  func durability() async throws {
    try await TestVault.with { vault in
      #expect(try vault.authority.synchronousLevel == 2)
      try vault.reopen()
      #expect(try vault.authority.synchronousLevel == 2)
    }
  }

  @Test("After each step, a copy of the files holds everything that was answered")
  func copies() async throws {
    try await TemporaryDirectory.with { directory in
      let root = RootKeySource.keyFile(path: directory + "/root.key")
      let authority = try RunningVault.newVault(in: directory)
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let device = try TestDevice("pump-1")
      let sessions = try (0..<3).map { _ in try TestSession(device.id) }
      var keys: [[UInt8]] = []
      for step in 0..<6 {
        switch step {
        case 0: try device.enrol(in: authority)
        case 1, 3:
          _ = try authority.requestRotation(of: device.id, actor: "svc.operator")
        case 2, 4:
          let next = try SecureRandom.bytes(32)
          _ = try device.rotate(in: authority, version: UInt64(keys.count + 1), key: next)
          keys.append(next)
        default: _ = try authority.suspend(device.id, reason: "lost", actor: "svc.operator")
        }
        if step == 0 { keys.append(device.dataKey) }
        let target = directory + "/copy-\(step)"
        try copy(directory + "/vault", to: target)
        let reopened = try KeyAuthority.open(directory: target, root: root)
        _ = try reopened.verifyAudit()
        let expected: [KeyState] =
          step < 5
          ? Array(repeating: .deactivated, count: keys.count - 1) + [.active]
          : Array(repeating: .deactivated, count: keys.count - 1) + [.suspended]
        #expect(try reopened.device(device.id).keys.map(\.state) == expected)
        for (index, key) in keys.enumerated() where expected[index].release == .everySession {
          let session = sessions[index]
          let answer = try await reopened.sessionKeys([session.request(version: UInt32(index + 1))], for: .decryptor)
          guard case .released(let released) = answer[0] else {
            Issue.record("step \(step): version \(index + 1) was refused")
            continue
          }
          #expect(try released[0].secret.isEqual(to: session.key(from: key).secret))
        }
      }
    }
  }

  @Test("A log of SQLite's that was cut anywhere leaves a vault that opens, with a whole audit log")
  func cuts() async throws {
    try await TemporaryDirectory.with { directory in
      let root = RootKeySource.keyFile(path: directory + "/root.key")
      let authority = try RunningVault.newVault(in: directory)
      try authority.recordClose()
      let base = directory + "/vault/vault.sqlite"
      let device = try TestDevice("pump-1")
      try device.enrol(in: authority)
      _ = try authority.suspend(device.id, reason: "lost", actor: "svc.operator")
      let log = try Data(contentsOf: URL(fileURLWithPath: base + "-wal"))
      try #require(!log.isEmpty)
      let file = try Data(contentsOf: URL(fileURLWithPath: base))
      var opened = 0
      for number in 0...12 {
        let target = directory + "/cut-\(number)"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try file.write(to: URL(fileURLWithPath: target + "/vault.sqlite"))
        try log.prefix(log.count * number / 12).write(to: URL(fileURLWithPath: target + "/vault.sqlite-wal"))
        guard KeyAuthority.exists(in: target) else {
          // So early that the vault was not finished: making it again must work.
          _ = try KeyAuthority.create(directory: target, root: root)
          continue
        }
        let reopened = try KeyAuthority.open(directory: target, root: root)
        _ = try reopened.verifyAudit()
        opened += 1
      }
      #expect(opened > 1)
    }
  }

  @Test("A vault whose making was interrupted is made again")
  func unfinished() async throws {
    try await TemporaryDirectory.with { directory in
      let root = RootKeySource.keyFile(path: directory + "/root.key")
      try RootKeySource.createKeyFile(path: directory + "/root.key")
      try FileManager.default.createDirectory(atPath: directory + "/vault", withIntermediateDirectories: true)
      try Data().write(to: URL(fileURLWithPath: directory + "/vault/vault.sqlite"))
      #expect(!KeyAuthority.exists(in: directory + "/vault"))
      do { _ = try KeyAuthority.create(directory: directory + "/vault", root: root) }
      #expect(KeyAuthority.exists(in: directory + "/vault"))
      _ = try KeyAuthority.open(directory: directory + "/vault", root: root)
    }
  }
}
