import Foundation
import KeyVault
import KeyVaultClient
import NIOSSL
import Sealing
import Testing
import Wire

@Suite("Who may speak to the vault, over real TLS")
struct AccessTests {
  @Test("The service listener refuses a connection without a client certificate")
  func noCertificate() async throws {
    try await RunningVault.with { vault in
      let authority = try vault.authority.serviceAuthorityPEM
      await #expect(throws: (any Error).self) {
        try await HTTPS.post(vault.serviceURL + "/v1/record-key", body: [], authority: authority)
      }
    }
  }

  @Test("The service listener refuses a certificate of another vault's authority")
  func foreignCertificate() async throws {
    try await RunningVault.with { vault in
      try await TemporaryDirectory.with { other in
        let foreign = try RunningVault.newVault(in: other)
        try foreign.provision(directory: other + "/credentials", allowsDisk: true)
        let authority = try vault.authority.serviceAuthorityPEM
        await #expect(throws: (any Error).self) {
          try await HTTPS.post(
            vault.serviceURL + "/v1/record-key", body: [], authority: authority,
            identity: other + "/credentials/svc.dashboard")
        }
      }
    }
  }

  @Test("Neither listener speaks TLS 1.2")
  func oldTLS() async throws {
    try await RunningVault.with { vault in
      let authority = try vault.authority.serviceAuthorityPEM
      let identity = vault.directory + "/credentials/svc.dashboard"
      for url in [vault.serviceURL + "/v1/record-key", vault.enrolURL + "/v1/enrol"] {
        await #expect(throws: (any Error).self) {
          try await HTTPS.post(url, body: [], authority: authority, identity: identity, maximumVersion: .tlsv12)
        }
      }
    }
  }

  @Test("A device's certificate opens no route of a service or of the operator; the refusal is recorded")
  func deviceOnServiceRoute() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      let identity = vault.directory + "/device"
      try device.writeIdentity(to: identity, authorityPEM: vault.authority.serviceAuthorityPEM)
      let authority = try vault.authority.serviceAuthorityPEM
      for route in ["/v1/session-keys", "/v1/record-key", "/v1/claims", "/v1/devices/pump-1/rotation"] {
        let answer = try await HTTPS.post(
          vault.serviceURL + route, body: [0x82, 0x01, 0x80], authority: authority, identity: identity)
        #expect(answer.status == 403, "\(route)")
        #expect(answer.text.contains(#""code":"forbidden""#))
      }
      let refusals = try vault.authority.auditEntries(from: 1).filter {
        $0.actor == "device:pump-1" && $0.outcome == .refused
      }
      #expect(refusals.count == 4)
    }
  }

  @Test("A service that is not the operator may not administer; its refusal is recorded")
  func serviceOnOperatorRoute() async throws {
    try await RunningVault.with { vault in
      let decryptor = try VaultOperator(
        VaultClientConfiguration(
          url: vault.serviceURL, credentials: vault.directory + "/credentials/svc.decryptor"))
      await #expect(throws: KeyVaultError.self) { try await decryptor.read(.report) }
      await #expect(throws: KeyVaultError.self) {
        try await decryptor.addGrant(.decryptor, device: nil, purpose: "patients")
      }
      await decryptor.close()
      #expect(try vault.authority.auditEntries(from: 1).count { $0.outcome == .refused } == 2)
      #expect(try !vault.authority.grants().contains { $0.service == .decryptor && $0.purpose == .patients })
    }
  }

  @Test("An identity made by another authority with a service's name is not that service")
  func wrongName() async throws {
    // A device CA certificate can never name a service, and a device may not choose its name: see EnrolmentTests.
    try await RunningVault.with { vault in
      let authority = try vault.authority.serviceAuthorityPEM
      // `svc.vault` is a service of ours without any grant.
      let answer = try await HTTPS.post(
        vault.serviceURL + "/v1/record-key", body: [0x82, 0x01, 0x68] + Array("patients".utf8), authority: authority,
        identity: vault.directory + "/credentials/svc.operator")
      #expect(answer.status == 403)
      #expect(answer.text.contains(#""code":"no-grant""#))
    }
  }

  @Test("Malformed and oversize requests are refused with a code")
  func malformed() async throws {
    try await RunningVault.with { vault in
      let authority = try vault.authority.serviceAuthorityPEM
      let identity = vault.directory + "/credentials/svc.decryptor"
      for body in [[], [0x00], [0x82, 0x02, 0x80], [UInt8](repeating: 0x80, count: 200_000)] as [[UInt8]] {
        let answer = try await HTTPS.post(
          vault.serviceURL + "/v1/session-keys", body: body, authority: authority, identity: identity)
        #expect(answer.status == 400)
        #expect(answer.text.contains(#""code":"bad-request""#))
      }
      let nowhere = try await HTTPS.post(
        vault.serviceURL + "/v1/nothing", body: [], authority: authority, identity: identity)
      #expect(nowhere.status == 404)
    }
  }
}
