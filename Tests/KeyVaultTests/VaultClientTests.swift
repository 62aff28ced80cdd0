import Foundation
import KeyVault
import KeyVaultClient
import Sealing
import Testing
import Wire

@Suite("Vault client")
struct VaultClientTests {
  @Test("A vault that is not there is unavailable, not forbidden; a vault that is not trusted is forbidden")
  func failures() async throws {
    try await RunningVault.with { vault in
      let credentials = vault.directory + "/credentials/svc.dashboard"
      // Port 1 belongs to nobody on a test machine, and connecting to it is refused at once.
      let absent = try VaultClient(
        VaultClientConfiguration(url: "https://127.0.0.1:1", credentials: credentials, timeout: .seconds(5)))
      await expect(absent) { if case .unavailable = $0 { true } else { false } }

      let distrustful = try VaultClient(
        VaultClientConfiguration(
          url: vault.serviceURL, certificatePath: credentials + "/identity.pem", keyPath: credentials + "/identity.key",
          authorityPath: credentials + "/device-ca.pem", timeout: .seconds(5)))
      await expect(distrustful) { if case .forbidden = $0 { true } else { false } }

      #expect(throws: KeyVaultError.self) {
        try VaultClient(VaultClientConfiguration(url: vault.serviceURL, credentials: vault.directory + "/nowhere"))
      }
    }
  }

  @Test("More sessions than one request carries are refused before they are sent")
  func batches() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let requests = try (0...SessionKeyRequest.batchLimit).map { _ in
        let session = try TestSession(device.id)
        return SessionKeyRequest(
          reference: SessionReference(device: device.id, session: session.session), iv: session.iv,
          keyVersion: KeyVersion(rawValue: 1), purposes: [.session, .findings])
      }
      let client = try vault.client(.decryptor)
      await #expect(throws: KeyVaultError.self) { try await client.sessionKeys(requests) }
      let answers = try await client.sessionKeys(Array(requests.dropLast()))
      #expect(answers.count == SessionKeyRequest.batchLimit)
      #expect(answers.allSatisfy { if case .released(let keys) = $0 { keys.count == 2 } else { false } })
      #expect(try await client.sessionKeys([]).isEmpty)
      await client.close()
    }
  }

  @Test("The two sides of the protocol know the same refusals and purposes")
  func vocabulary() {
    #expect(Set(SessionKeyRefusal.allCases.map(\.rawValue)) == Set(ReleaseRefusal.allCases.map(\.rawValue)))
    #expect(RecordKeyPurpose.allCases.allSatisfy { GrantPurpose(rawValue: $0.rawValue) != nil })
    #expect(SessionKeyPurpose.allCases.allSatisfy { GrantPurpose(rawValue: $0.rawValue) != nil })
    #expect(SessionKeyRequest.batchLimit == ReleaseRequest.batchLimit)
  }

  @Test("The operator's commands, over TLS")
  func console() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let console = try vault.console()
      let claim = try await console.claim(device.id, lifeSeconds: 60)
      #expect(claim.hpkePublicKey == vault.authority.enrolmentPublicKey.hex)
      #expect(try claim.caPEM == vault.authority.serviceAuthorityPEM)
      try await console.revokeClaim(claim.claim.id)
      #expect(try await console.requestRotation(device.id).rawValue == 2)
      #expect(try await console.suspend(device.id, reason: "lost & found").rawValue == 1)
      #expect(try await console.resume(device.id, reason: "found, at 10%").rawValue == 1)
      #expect(try vault.authority.auditEntries(from: 1).last?.reason == "found, at 10%")
      #expect(try await console.addGrant(.notifier, device: device.id, purpose: "findings").contains("svc.notifier"))
      let grants = try vault.authority.grants()
      try await console.removeGrant(grants[grants.count - 1].id)
      await #expect(throws: KeyVaultError.self) { try await console.removeGrant(grants[grants.count - 1].id) }
      #expect(try await console.read(.grants).contains("svc.decryptor"))
      #expect(try await console.read(.devices(after: "")).contains(#""pendingVersion":2"#))
      #expect(try await console.read(.device(device.id)).contains(#""state":"active""#))
      #expect(try await console.read(.audit(from: 1)).contains("initialise"))
      #expect(try await console.read(.auditVerification).contains(#""isWhole":true"#))
      #expect(try await console.read(.report).contains(#""devices":1"#))
      await console.close()
    }
  }

  private func expect(_ client: VaultClient, _ isExpected: (KeyVaultError) -> Bool) async {
    do {
      _ = try await client.recordKey(.patients)
      Issue.record("answered")
    } catch {
      #expect(isExpected(error), "\(error)")
    }
    await client.close()
  }
}
