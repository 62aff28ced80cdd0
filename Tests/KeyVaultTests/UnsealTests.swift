import Crypto
import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Unsealing")
struct UnsealTests {
  /// A vault of five shares, three of which open it, served sealed, with credentials from before.
  private func withSealedVault(
    clock: TestClock = TestClock(), _ body: (String, VaultDoor, VaultServer.Ports, [RootShare]) async throws -> Void
  ) async throws {
    try await TemporaryDirectory.with { directory in
      do {
        let authority = try KeyAuthority.create(
          directory: directory + "/vault", newRoot: .shares(count: 5, threshold: 3, directory: directory + "/shares"),
          clock: { clock.now })
        try authority.provision(directory: directory + "/credentials", allowsDisk: true)
        try authority.recordClose()
      }
      let door = try VaultDoor(sealed: directory + "/vault", clock: { clock.now })
      let log = CapturedLog()
      let server = try VaultServer(
        door: door, serviceAddress: .init(host: "127.0.0.1", port: 0),
        enrolmentAddress: .init(host: "127.0.0.1", port: 0), logger: log.logger)
      let socket = try UnsealSocket(door: door, logger: log.logger)
      let shares = try RootTests.shares(in: directory + "/shares")
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await server.run() }
        group.addTask { try await socket.run() }
        try await body(directory, door, await server.ports(), shares)
        group.cancelAll()
        do { try await group.waitForAll() } catch is CancellationError {}
      }
      for share in shares {
        let text = share.text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        #expect(!log.text.contains(text.split(separator: "-")[4]))
      }
    }
  }

  /// What a share's text ends with.
  private func checksum(_ body: String) -> String { Array(SHA256.hash(data: Array(body.utf8)).prefix(4)).hex }

  private func ask(_ directory: String, _ line: String) throws -> VaultStatus? {
    try LocalSocket.ask(directory + "/vault", SecretBytes(copying: Array(line.utf8)))
  }

  @Test("Custodians open a vault over its socket and over the network; every attempt is in the audit log")
  func ceremony() async throws {
    try await withSealedVault { directory, door, ports, shares in
      let configuration = VaultClientConfiguration(
        url: "https://localhost:\(ports.service)", credentials: directory + "/credentials/svc.operator")
      #expect(throws: VaultError.sealed) { try door.authority }
      let status = try #require(try ask(directory, "status\n"))
      #expect(status.isSealed)
      #expect(status.shares?.needed == 3)
      let pin = try #require(status.pin)
      let pinFile = directory + "/vault/unseal.pin"
      #expect(try String(contentsOfFile: pinFile, encoding: .utf8) == pin + "\n")

      let first = try #require(try LocalSocket.ask(directory + "/vault", shares[3].text))
      #expect(first.shares?.given == 1)
      // Given twice; mistyped; told to read a root that is nowhere.
      #expect(throws: VaultError(.badRequest, "")) { try LocalSocket.ask(directory + "/vault", shares[3].text) }
      #expect(throws: VaultError(.badRequest, "")) { try self.ask(directory, "sbshare1-a-b-c-d-e\n") }
      #expect(throws: VaultError(.badRequest, "")) { try self.ask(directory, "unseal\n") }
      #expect(throws: VaultError(.badRequest, "")) { try self.ask(directory, String(repeating: "x", count: 5000)) }

      // Nothing is sent to whoever has another certificate.
      let wrong = String(repeating: "0", count: 64)
      await #expect(throws: KeyVaultError.self) { try await VaultOperator(configuration, pin: wrong) }
      let unpinned = try VaultOperator(configuration)
      await #expect(throws: KeyVaultError.self) { try await unpinned.unseal(share: shares[0].text) }
      await unpinned.close()
      let console = try await VaultOperator(configuration, pin: pin)
      await #expect(throws: KeyVaultError.sealed) { try await console.read(.report) }
      #expect(try await console.unseal(share: shares[0].text).contains(#""given":2"#))
      #expect(try await console.unseal(share: shares[1].text).contains(#""isSealed":false"#))
      await console.close()
      #expect(!FileManager.default.fileExists(atPath: pinFile))
      #expect(try ask(directory, "status\n")?.isSealed == false)
      #expect(throws: VaultError(.stateForbids, "")) { try LocalSocket.ask(directory + "/vault", shares[0].text) }

      // The listeners have an issued certificate now.
      let issued = try VaultOperator(configuration)
      #expect(try await issued.read(.auditVerification).contains(#""isWhole":true"#))
      let entries = try door.authority.auditEntries(from: 1).filter { $0.action == .unseal }
      #expect(
        entries.map { "\($0.actor) \($0.outcome.rawValue) \($0.object)" } == [
          "local done share/\(shares[0].set)/4", "local refused share/\(shares[0].set)/4", "local refused share",
          "svc.operator done share/\(shares[0].set)/1", "svc.operator done share/\(shares[0].set)/2",
          "svc.operator done vault",
        ])

      // Sealed while it runs, it keeps that certificate, and needs the custodians again.
      _ = try await issued.seal()
      #expect(throws: VaultError.sealed) { try door.authority }
      #expect(try ask(directory, "status\n")?.pin == nil)
      for share in shares.suffix(3) { _ = try await issued.unseal(share: share.text) }
      #expect(try await issued.read(.status).contains(#""isSealed":false"#))
      await issued.close()
    }
  }

  @Test("A service with a grant gets its keys again after an unsealing, over the connection of before")
  func services() async throws {
    try await RunningVault.with { vault in
      let console = try vault.console()
      let client = try vault.client(.dashboard)
      let key = try await client.recordKey(.patients)
      _ = try await console.seal()
      await #expect(throws: KeyVaultError.sealed) { try await client.recordKey(.patients) }
      #expect(try await console.unseal(share: nil).contains(#""isSealed":false"#))
      #expect(try await client.recordKey(.patients).isEqual(to: key))
      await client.close()
      await console.close()
    }
  }

  @Test("A forged share opens nothing: the set is forgotten, and a right one opens the vault")
  func forged() async throws {
    try await withSealedVault { directory, door, _, shares in
      // Right in form and of the right set; its value is another's.
      let parts = shares[1].text.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }.split(separator: "-")
      let body = "sbshare1-\(shares[0].set)-3-5-\(parts[4])"
      let forged = try RootShare(
        parsing: SecretBytes(copying: Array("\(body)-\(checksum(body))".utf8)))
      _ = try door.give(shares[0], actor: "local")
      _ = try door.give(shares[1], actor: "local")
      #expect(throws: VaultError(.wrongRoot, "")) { try door.give(forged, actor: "local") }
      #expect(door.status().isSealed)
      #expect(door.status().shares?.given == 0)
      for share in shares.prefix(3) { _ = try door.give(share, actor: "local") }
      #expect(!door.status().isSealed)
      let refused = try door.authority.auditEntries(from: 1).filter { $0.action == .unseal && $0.outcome == .refused }
      #expect(refused.count == 1)
    }
  }

  @Test("A flood of attempts while sealed is bounded, and counted in the audit log")
  func flood() async throws {
    try await withSealedVault { directory, door, _, shares in
      for _ in 0..<300 {
        #expect(throws: VaultError(.badRequest, "")) {
          try door.give(text: SecretBytes(copying: Array("nonsense".utf8)), actor: "local")
        }
      }
      for share in shares.prefix(3) { _ = try door.give(share, actor: "local") }
      let entries = try door.authority.auditEntries(from: 1).filter { $0.action == .unseal }
      #expect(entries.count == 258)
      #expect(entries[256].reason == "47 further attempts were not kept")
    }
  }

  @Test("A root that was rotated while the vault was sealed opens it; the old shares do not")
  func rotatedMeanwhile() async throws {
    try await withSealedVault { directory, door, _, shares in
      _ = try door.give(shares[0], actor: "local")
      do {
        let offline = try KeyAuthority.open(directory: directory + "/vault", root: .shares(Array(shares.suffix(3))))
        try offline.rotateRoot(
          to: .shares(count: 2, threshold: 2, directory: directory + "/next"), actor: "local")
      }
      #expect(throws: VaultError(.wrongRoot, "")) { try door.give(shares[1], actor: "local") }
      for share in try RootTests.shares(in: directory + "/next") { _ = try door.give(share, actor: "local") }
      #expect(!door.status().isSealed)
      #expect(door.status().rootVersion == 2)
    }
  }

  @Test("Only the operator gives shares over the network")
  func otherIdentities() async throws {
    try await withSealedVault { directory, door, ports, shares in
      let pin = try #require(door.status().pin)
      let stranger = try await VaultOperator(
        VaultClientConfiguration(
          url: "https://localhost:\(ports.service)", credentials: directory + "/credentials/svc.decryptor"), pin: pin)
      #expect(try await stranger.read(.status).contains(#""isSealed":true"#))
      await #expect(throws: KeyVaultError.self) { try await stranger.unseal(share: shares[0].text) }
      #expect(door.status().shares?.given == 0)
      await stranger.close()
    }
  }
}
