import Foundation
import GRDB
import KeyVault
import Sealing
import Testing
import Wire

@Suite("Roots")
struct RootTests {
  /// The shares in a directory, in the order of their numbers.
  static func shares(in directory: String) throws -> [RootShare] {
    try FileManager.default.contentsOfDirectory(atPath: directory).map { name in
      let text = try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name))
      return try RootShare(parsing: SecretBytes(copying: text))
    }.sorted { $0.index < $1.index }
  }

  @Test("A vault of five shares opens with any three, and with no other")
  func shares() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      let out = directory + "/shares"
      do {
        let authority = try KeyAuthority.create(
          directory: vault, newRoot: .shares(count: 5, threshold: 3, directory: out))
        #expect(authority.rootDescription.kind == .shares)
      }
      let shares = try Self.shares(in: out)
      #expect(shares.count == 5)
      for name in try FileManager.default.contentsOfDirectory(atPath: out) {
        let mode = try FileManager.default.attributesOfItem(atPath: out + "/" + name)[.posixPermissions]
        #expect(mode as? Int == 0o600)
      }
      for choice in [[0, 1, 2], [4, 2, 0], [1, 3, 4]] {
        do { _ = try KeyAuthority.open(directory: vault, root: .shares(choice.map { shares[$0] })) }
      }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .shares(Array(shares.prefix(2))))
      }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .shares(Array(shares.prefix(4))))
      }
      try RootKeySource.createKeyFile(path: directory + "/root.key")
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .keyFile(path: directory + "/root.key"))
      }
      let other = directory + "/other"
      do {
        _ = try KeyAuthority.create(
          directory: other, newRoot: .shares(count: 3, threshold: 3, directory: other + "-shares"))
      }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .shares(Self.shares(in: other + "-shares")))
      }
      for (count, threshold) in [(1, 1), (5, 1), (5, 6), (17, 3)] {
        #expect(throws: VaultError(.badRequest, "")) {
          try KeyAuthority.create(
            directory: directory + "/bad", newRoot: .shares(count: count, threshold: threshold, directory: out + "-bad")
          )
        }
      }
    }
  }

  @Test("A typing error in a share is told as one, wherever it is; capitals and white space are none")
  func typing() async throws {
    try await TemporaryDirectory.with { directory in
      do {
        _ = try KeyAuthority.create(
          directory: directory + "/vault", newRoot: .shares(count: 2, threshold: 2, directory: directory + "/shares"))
      }
      let share = try Self.shares(in: directory + "/shares")[0]
      let text = share.text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      #expect(text.hasPrefix("sbshare1-\(share.set)-2-1-"))
      func parse(_ text: String) throws -> RootShare { try RootShare(parsing: SecretBytes(copying: Array(text.utf8))) }
      for good in [text, "  \(text)\n\n", text.uppercased()] { #expect(try parse(good).index == 1) }
      let letters = Array(text.dropLast())
      for position in letters.indices where letters[position] != "-" {
        var altered = letters
        altered[position] = letters[position] == "a" ? "b" : "a"
        #expect(throws: VaultError(.badRequest, "")) { try parse(String(altered)) }
        altered.remove(at: position)
        #expect(throws: VaultError(.badRequest, "")) { try parse(String(altered)) }
      }
      for bad in ["", "sbshare1", "sbshare1-----", "correct horse", String(repeating: "-", count: 200)] {
        #expect(throws: VaultError(.badRequest, "")) { try parse(bad) }
      }
      #expect(!"\(share)".contains(text.split(separator: "-")[4]))
    }
  }

  @Test("The root is changed to every kind and back; the one before opens no more, and leaves nothing in the file")
  func rotates() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      func file(_ name: String, _ text: String) throws -> String {
        try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
        chmod(directory + "/" + name, 0o600)
        return directory + "/" + name
      }
      let cost = KeyDerivation.ScryptCost(n: 1 << 10, r: 8, p: 1)
      var open = RootKeySource.keyFile(path: directory + "/root.key")
      let device = try TestDevice("pump-1")
      do { try device.enrol(in: RunningVault.newVault(in: directory)) }
      let steps: [(NewRoot, () throws -> RootKeySource)] = [
        (.newKeyFile(path: directory + "/second.key"), { .keyFile(path: directory + "/second.key") }),
        (
          .passphraseFile(path: try file("words", "correct horse battery"), cost: cost),
          { .passphraseFile(path: directory + "/words") }
        ),
        (
          .shares(count: 3, threshold: 2, directory: directory + "/shares"),
          { .shares(Array(try Self.shares(in: directory + "/shares").suffix(2))) }
        ),
        (.newKeyFile(path: directory + "/third.key"), { .keyFile(path: directory + "/third.key") }),
      ]
      for (number, (new, next)) in steps.enumerated() {
        let before = try Self.wrappedTenantKey(vault)
        do {
          let authority = try KeyAuthority.open(directory: vault, root: open)
          let root = try authority.rotateRoot(to: new, actor: "local")
          #expect(root.version == UInt32(number + 2))
          #expect(authority.rootDescription == root)
        }
        for name in try FileManager.default.contentsOfDirectory(atPath: vault) {
          let contents = try Data(contentsOf: URL(fileURLWithPath: vault + "/" + name))
          #expect(contents.range(of: before) == nil, "the old wrapping is in \(name)")
        }
        #expect(throws: VaultError(.wrongRoot, "")) { try KeyAuthority.open(directory: vault, root: open) }
        open = try next()
      }
      let authority = try KeyAuthority.open(directory: vault, root: open)
      _ = try authority.verifyAudit()
      let entries = try authority.auditEntries(from: 1).filter { $0.action == .rotateRoot }
      #expect(entries.map(\.object) == ["root/2", "root/3", "root/4", "root/5"])
      _ = try authority.addGrant(.decryptor, device: nil, purpose: .session, actor: "local")
      let session = try TestSession(device.id)
      guard case .released(let keys) = try await authority.sessionKeys([session.request()], for: .decryptor)[0] else {
        Issue.record("refused")
        return
      }
      #expect(try keys[0].secret.isEqual(to: session.key(from: device.dataKey).secret))
    }
  }

  @Test(
    "A rotation that fails, before or in its transaction, leaves the old root in place; a key file is never replaced")
  func rotationFails() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      let root = RootKeySource.keyFile(path: directory + "/root.key")
      do {
        let authority = try RunningVault.newVault(in: directory)
        #expect(throws: VaultError(.storage, "")) {
          try authority.rotateRoot(to: .newKeyFile(path: directory + "/root.key"), actor: "local")
        }
        #expect(throws: VaultError(.rootUnreadable, "")) {
          try authority.rotateRoot(to: .keyFile(path: directory + "/nowhere"), actor: "local")
        }
        let queue = try DatabaseQueue(path: vault + "/vault.sqlite")
        try queue.write {
          try $0.execute(
            sql: "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'disk full'); END")
        }
        #expect(throws: VaultError(.auditUnavailable, "")) {
          try authority.rotateRoot(to: .newKeyFile(path: directory + "/next.key"), actor: "local")
        }
        #expect(authority.rootDescription.version == 1)
        try queue.write { try $0.execute(sql: "DROP TRIGGER full") }
        try queue.close()
      }
      do { _ = try KeyAuthority.open(directory: vault, root: root) }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .keyFile(path: directory + "/next.key"))
      }
    }
  }

  @Test("Cut anywhere, the log of a rotation leaves a vault that opens with the old root or with the new one")
  func rotationCrashes() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      let roots = ["root", "next"].map { RootKeySource.keyFile(path: directory + "/\($0).key") }
      do { _ = try RunningVault.newVault(in: directory) }
      let authority = try KeyAuthority.open(directory: vault, root: roots[0])
      // A reader keeps SQLite from emptying its log, as a crash right after the commit would.
      let reader = try DatabaseQueue(path: vault + "/vault.sqlite")
      let (file, log) = try reader.read { database in
        _ = try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM audit")
        try authority.rotateRoot(to: .newKeyFile(path: directory + "/next.key"), actor: "local")
        return (
          try Data(contentsOf: URL(fileURLWithPath: vault + "/vault.sqlite")),
          try Data(contentsOf: URL(fileURLWithPath: vault + "/vault.sqlite-wal"))
        )
      }
      try #require(!log.isEmpty)
      var opened = [0, 0]
      for number in 0...16 {
        let target = directory + "/cut-\(number)"
        try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: true)
        try file.write(to: URL(fileURLWithPath: target + "/vault.sqlite"))
        try log.prefix(log.count * number / 16).write(to: URL(fileURLWithPath: target + "/vault.sqlite-wal"))
        let outcomes = roots.map { root in
          Result { try KeyAuthority.open(directory: target, root: root) }.map { try? $0.verifyAudit() }
        }
        let opening = outcomes.indices.filter { if case .success = outcomes[$0] { true } else { false } }
        #expect(opening.count == 1, "cut \(number)")
        for index in opening { opened[index] += 1 }
      }
      #expect(opened[0] > 0)
      #expect(opened[1] > 0)
    }
  }

  private static func wrappedTenantKey(_ vault: String) throws -> Data {
    let queue = try DatabaseQueue(path: vault + "/vault.sqlite")
    defer { try? queue.close() }
    return try queue.read {
      // Every finished vault has one.
      try Data.fetchOne($0, sql: "SELECT wrapped FROM own_key WHERE name = 'tenant-kek'")!
    }
  }
}
