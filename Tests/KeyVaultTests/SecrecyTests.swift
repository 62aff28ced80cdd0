import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Nothing secret leaves the vault's memory")
struct SecrecyTests {
  @Test("Neither the vault's files nor its logs hold a device key, a token, a root or a private key")
  func files() async throws {
    let clock = TestClock()
    try await RunningVault.with(clock: clock) { vault in
      let device = try TestDevice("pump-1")
      let console = try vault.console()
      let claim = try await console.claim(device.id, lifeSeconds: nil)
      let message = try TestDevice.seal(
        device.enrolment(token: claim.claim.token), to: vault.authority.enrolmentPublicKey,
        info: "SealedBeat/1 enrol")
      for _ in 0..<2 {
        _ = try await HTTPS.post(
          vault.enrolURL + "/v1/enrol", body: message, authority: vault.authority.serviceAuthorityPEM)
      }
      let session = try TestSession(device.id)
      let client = try vault.client(.dashboard)
      _ = try await client.sessionKeys([
        SessionKeyRequest(
          reference: SessionReference(device: device.id, session: session.session), iv: session.iv,
          keyVersion: KeyVersion(rawValue: 1), purposes: [.session])
      ])
      let record = try await client.recordKey(.patients).withUnsafeBytes { Array($0) }
      await client.close()
      await console.close()

      let root = try Array(Data(contentsOf: URL(fileURLWithPath: vault.directory + "/root.key")))
      let token = [UInt8](hex: claim.claim.token) ?? []
      let sessionKey = try session.key(from: device.dataKey).secret.withUnsafeBytes { Array($0) }
      let secrets = [
        "root": root, "token": token, "data key": device.dataKey, "session key": sessionKey, "record key": record,
      ]
      for file in try FileManager.default.contentsOfDirectory(atPath: vault.vaultDirectory) {
        let contents = try Data(contentsOf: URL(fileURLWithPath: vault.vaultDirectory + "/" + file))
        for (name, secret) in secrets {
          #expect(contents.range(of: Data(secret)) == nil, "\(name) in \(file)")
          #expect(contents.range(of: Data(secret.hex.utf8)) == nil, "\(name) in \(file)")
        }
        #expect(contents.range(of: Data("PRIVATE KEY".utf8)) == nil, "\(file)")
      }
      #expect(vault.log.text.contains("device enrolled"))
      for (name, secret) in secrets {
        #expect(!vault.log.text.contains(secret.hex), "\(name)")
        #expect(!vault.log.text.contains(Data(secret).base64EncodedString()), "\(name)")
      }
    }
  }

  @Test("A root key file that others can read, is too short, or is another vault's does not open the vault")
  func roots() async throws {
    try await TemporaryDirectory.with { directory in
      do { _ = try RunningVault.newVault(in: directory) }
      let root = directory + "/root.key"
      func open(_ path: String) throws {
        _ = try KeyAuthority.open(directory: directory + "/vault", root: .keyFile(path: path))
      }
      try open(root)
      chmod(root, 0o640)
      #expect(throws: VaultError(.rootUnreadable, "")) { try open(root) }
      chmod(root, 0o600)
      let other = directory + "/other.key"
      try RootKeySource.createKeyFile(path: other)
      #expect(throws: VaultError(.wrongRoot, "")) { try open(other) }
      #expect(throws: VaultError.self) { try RootKeySource.createKeyFile(path: other) }
      try Data(count: 31).write(to: URL(fileURLWithPath: other))
      #expect(throws: VaultError(.rootUnreadable, "")) { try open(other) }
      #expect(throws: VaultError(.rootUnreadable, "")) { try open(directory + "/nowhere") }
      try open(root)
    }
  }

  @Test("A passphrase opens the vault that it made, and no other does")
  func passphrases() async throws {
    try await TemporaryDirectory.with { directory in
      func file(_ name: String, _ text: String) throws -> RootKeySource {
        let path = directory + "/" + name
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
        return .passphraseFile(path: path)
      }
      // Small, so that the test is quick; the product's cost is `interactive`.
      let cost = KeyDerivation.ScryptCost(n: 1 << 10, r: 8, p: 1)
      let vault = directory + "/vault"
      let passphrase = try file("passphrase", "correct horse battery\n")
      do { _ = try KeyAuthority.create(directory: vault, root: passphrase, cost: cost) }
      do { _ = try KeyAuthority.open(directory: vault, root: passphrase) }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: file("wrong", "correct horse batterie"))
      }
      #expect(throws: VaultError(.rootUnreadable, "")) {
        try KeyAuthority.open(directory: vault, root: file("short", "horse"))
      }
      #expect(throws: VaultError(.alreadyInitialised, "")) {
        try KeyAuthority.create(directory: vault, root: passphrase, cost: cost)
      }
    }
  }

  @Test("One process holds a vault at a time, and the identities go to memory alone")
  func places() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      #expect(throws: VaultError(.inUse, "")) {
        try KeyAuthority.open(directory: directory + "/vault", root: .keyFile(path: directory + "/root.key"))
      }
      if !MemoryFileSystem.holds(directory) {
        #expect(throws: VaultError(.notInMemory, "")) {
          try authority.provision(directory: directory + "/credentials")
        }
      }
      let memory = "/dev/shm/vault-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: memory) }
      try authority.provision(directory: memory)
      for (path, mode) in [
        ("svc.broker", 0o700), ("svc.broker/identity.key", 0o600), ("mosquitto/server.key", 0o600),
        ("https/identity.key", 0o600), ("svc.operator/identity.pem", 0o600),
      ] {
        let attributes = try FileManager.default.attributesOfItem(atPath: memory + "/" + path)
        #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
      }
      #expect(throws: VaultError(.notInitialised, "")) {
        try KeyAuthority.open(directory: directory + "/empty", root: .keyFile(path: directory + "/root.key"))
      }
    }
  }
}
