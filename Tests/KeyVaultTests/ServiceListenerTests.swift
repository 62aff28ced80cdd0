import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Service listener, over real TLS")
struct ServiceListenerTests {
  private func request(_ session: TestSession, version: UInt32 = 1, _ purposes: Set<SessionKeyPurpose>)
    -> SessionKeyRequest
  {
    SessionKeyRequest(
      reference: SessionReference(device: session.device, session: session.session), iv: session.iv,
      keyVersion: KeyVersion(rawValue: version), purposes: purposes)
  }

  @Test("A service with a grant gets exactly the keys that the device derives")
  func releases() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let session = try TestSession(device.id)
      let client = try vault.client(.decryptor)
      let answers = try await client.sessionKeys([request(session, [.session, .findings])])
      guard case .released(let keys) = answers.first else {
        Issue.record("refused: \(answers)")
        return
      }
      for purpose in SessionKeyPurpose.allCases {
        let released = try #require(keys[purpose])
        #expect(try released.secret.isEqual(to: session.key(from: device.dataKey, purpose).secret))
      }
      await client.close()
    }
  }

  @Test("A service without a grant for a purpose is refused that session, and the rest of the batch is answered")
  func refusesWithoutGrant() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let session = try TestSession(device.id)
      let unknown = try TestSession(TestDevice("ghost-1").id)
      let notifier = try vault.client(.notifier)
      let answers = try await notifier.sessionKeys([
        request(session, [.session]), request(session, [.findings]), request(session, version: 9, [.findings]),
        request(unknown, [.findings]),
      ])
      #expect(
        answers.map { if case .refused(let refusal) = $0 { refusal.rawValue } else { "released" } }
          == ["no-grant", "released", "unknown-key", "unknown-key"])
      let broker = try vault.client(.broker)
      guard case .refused(.noGrant) = try await broker.sessionKeys([request(session, [.findings])])[0] else {
        Issue.record("the broker received a key")
        return
      }
      await notifier.close()
      await broker.close()
    }
  }

  @Test("The key of alert plans is another one, and goes to dashboard and notifier")
  func planKey() async throws {
    try await RunningVault.with { vault in
      let dashboard = try vault.client(.dashboard)
      let notifier = try vault.client(.notifier)
      let plans = try await dashboard.recordKey(.plans)
      #expect(try await notifier.recordKey(.plans).isEqual(to: plans))
      #expect(try await !dashboard.recordKey(.patients).isEqual(to: plans))
      await #expect(throws: KeyVaultError.self) { _ = try await notifier.recordKey(.patients) }
      await dashboard.close()
      await notifier.close()
    }
  }

  @Test("The key of patients' records goes to the dashboard alone")
  func recordKey() async throws {
    try await RunningVault.with { vault in
      let dashboard = try vault.client(.dashboard)
      let key = try await dashboard.recordKey(.patients)
      #expect(key.count == 32)
      #expect(try await dashboard.recordKey(.patients).isEqual(to: key))
      let decryptor = try vault.client(.decryptor)
      await #expect(throws: KeyVaultError.self) { _ = try await decryptor.recordKey(.patients) }
      await #expect(throws: KeyVaultError.self) { _ = try await decryptor.recordKey(.plans) }
      await dashboard.close()
      await decryptor.close()
    }
  }
}
