import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("A sealed vault")
struct SealTests {
  @Test("Sealing is the operator's; afterwards every route answers sealed, and the file is free")
  func seals() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let console = try vault.console()
      let client = try vault.client(.decryptor)
      let session = try TestSession(device.id)
      let request = SessionKeyRequest(
        reference: SessionReference(device: device.id, session: session.session), iv: session.iv,
        keyVersion: KeyVersion(rawValue: 1), purposes: [.session])
      guard case .released = try await client.sessionKeys([request])[0] else {
        Issue.record("refused")
        return
      }
      let stranger = try VaultOperator(
        VaultClientConfiguration(url: vault.serviceURL, credentials: vault.directory + "/credentials/svc.decryptor"))
      await #expect(throws: KeyVaultError.self) { try await stranger.seal() }
      #expect(try await stranger.read(.status).contains(#""isSealed":false"#))
      #expect(try await console.seal().contains(#""isSealed":true"#))

      await #expect(throws: KeyVaultError.sealed) { try await client.sessionKeys([request]) }
      await #expect(throws: KeyVaultError.sealed) { try await client.recordKey(.patients) }
      await #expect(throws: KeyVaultError.sealed) { try await console.read(.report) }
      await #expect(throws: KeyVaultError.sealed) { try await console.seal() }
      #expect(try await stranger.read(.status).contains(#""isSealed":true"#))
      let answer = try await HTTPS.post(
        vault.enrolURL + "/v1/enrol", body: [0x80], authority: vault.serviceAuthority)
      #expect(answer.status == 503)
      #expect(answer.text.contains(#""code":"sealed""#))
      for client in [stranger, console] { await client.close() }
      await client.close()

      let reopened = try KeyAuthority.open(
        directory: vault.vaultDirectory, root: .keyFile(path: vault.directory + "/root.key"))
      let seals = try reopened.auditEntries(from: 1).filter { $0.action == .seal }
      #expect(seals.map(\.actor) == ["svc.operator"])
      _ = try reopened.verifyAudit()
    }
  }
}
