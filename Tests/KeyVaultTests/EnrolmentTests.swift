import Crypto
import Foundation
import KeyVault
import Sealing
import SwiftASN1
import Testing
import Wire
import X509

@Suite("Enrolment")
struct EnrolmentTests {
  private static let info = "SealedBeat/1 enrol"

  @Test("A device with a claim enrols over TLS and gets a certificate of the device CA")
  func enrols() async throws {
    try await RunningVault.with { vault in
      let device = try TestDevice("pump-1")
      let claim = try vault.authority.createClaim(for: device.id, actor: "svc.operator")
      let message = try TestDevice.seal(
        device.enrolment(token: claim.token), to: vault.authority.enrolmentPublicKey, info: Self.info)
      let answer = try await HTTPS.post(
        vault.enrolURL + "/v1/enrol", body: message, authority: vault.authority.serviceAuthorityPEM)
      #expect(answer.status == 200)
      var reader = CBORReader(answer.body)
      #expect(try reader.array("answer", count: 4...4) == 4)
      #expect(try reader.unsigned("form") == 1)
      #expect(try reader.unsigned("version") == 1)
      let certificate = try Certificate(derEncoded: Array(reader.byteString("certificate", length: 1...1500)))
      let issuer = try Certificate(derEncoded: Array(reader.byteString("issuer", length: 1...1500)))
      try reader.finish("answer")
      #expect(certificate.publicKey == Certificate.PublicKey(device.identity.publicKey))
      #expect(issuer.publicKey.isValidSignature(certificate.signature, for: certificate))
      #expect(try vault.authority.device(device.id).keys.map(\.state) == [.active])
    }
  }

  /// Enrols a device and returns how that was refused, with the reason in the audit log.
  private func refusal(
    _ authority: KeyAuthority, _ message: [UInt8]
  ) throws -> (code: VaultError.Code?, reason: String) {
    do {
      _ = try authority.enrol(message: message)
      return (nil, "")
    } catch let error as VaultError {
      let last = try authority.auditEntries(from: 1).last
      #expect(last?.outcome == .refused)
      return (error.code, last?.reason ?? "")
    }
  }

  @Test("A claim is for one use, one device, a time, and can be taken back")
  func claims() async throws {
    try await TemporaryDirectory.with { directory in
      let clock = TestClock()
      let authority = try RunningVault.newVault(in: directory, clock: clock)
      let key = authority.enrolmentPublicKey
      let device = try TestDevice("pump-1")
      func sealed(_ device: TestDevice, _ token: String) throws -> [UInt8] {
        try TestDevice.seal(device.enrolment(token: token), to: key, info: Self.info)
      }

      let expired = try authority.createClaim(for: device.id, life: 60, actor: "svc.operator")
      clock.advance(by: 61)
      #expect(try refusal(authority, sealed(device, expired.token)) == (.claimRefused, "claim expired"))

      let revoked = try authority.createClaim(for: device.id, actor: "svc.operator")
      try authority.revokeClaim(revoked.id, actor: "svc.operator")
      #expect(try refusal(authority, sealed(device, revoked.token)) == (.claimRefused, "claim revoked"))

      let other = try authority.createClaim(for: TestDevice("pump-2").id, actor: "svc.operator")
      #expect(try refusal(authority, sealed(device, other.token)) == (.claimRefused, "claim of another device"))

      let unknown = [UInt8](repeating: 7, count: 32).hex
      #expect(try refusal(authority, sealed(device, unknown)) == (.claimRefused, "claim unknown"))

      let claim = try authority.createClaim(for: device.id, actor: "svc.operator")
      let first = try authority.enrol(message: sealed(device, claim.token))
      device.dataKey = try SecureRandom.bytes(32)
      #expect(try refusal(authority, sealed(device, claim.token)) == (.claimRefused, "claim used"))
      #expect(try authority.device(device.id).keys.count == 1)
      #expect(throws: VaultError(.unknown, "")) { try authority.revokeClaim(claim.id, actor: "svc.operator") }
      #expect(first.version == KeyVersion(rawValue: 1))
    }
  }

  @Test("The very same request again gets the same answer, so that a lost one harms nothing")
  func repeats() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      let claim = try authority.createClaim(for: device.id, actor: "svc.operator")
      let plaintext = try device.enrolment(token: claim.token)
      let answers = try (0..<2).map { _ in
        try authority.enrol(
          message: TestDevice.seal(plaintext, to: authority.enrolmentPublicKey, info: Self.info)
        ).encoded
      }
      #expect(answers[0] == answers[1])
      #expect(try authority.device(device.id).keys.count == 1)
    }
  }

  @Test("A claim lives at most a day")
  func life() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1").id
      for life in [0, 24 * 3600 + 1] as [UInt64] {
        #expect(throws: VaultError(.badRequest, "")) {
          try authority.createClaim(for: device, life: life, actor: "svc.operator")
        }
      }
    }
  }

  @Test("A message that was altered, sealed to another vault or for another purpose does not open")
  func tampered() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      let claim = try authority.createClaim(for: device.id, actor: "svc.operator")
      let plaintext = try device.enrolment(token: claim.token)
      let message = try TestDevice.seal(plaintext, to: authority.enrolmentPublicKey, info: Self.info)
      for index in stride(from: message.count - 1, to: 72, by: -37) {
        var altered = message
        altered[index] ^= 1
        let outcome = try refusal(authority, altered)
        #expect(outcome.code == .unopenable, "byte \(index)")
      }
      let stranger = P256.KeyAgreement.PrivateKey().publicKey.x963Representation
      #expect(
        try refusal(authority, TestDevice.seal(plaintext, to: Array(stranger), info: Self.info)).code == .unopenable)
      #expect(
        try refusal(
          authority, TestDevice.seal(plaintext, to: authority.enrolmentPublicKey, info: "SealedBeat/1 rotate")
        ).code == .unopenable)
      #expect(
        try refusal(
          authority,
          TestDevice.seal(plaintext, to: authority.enrolmentPublicKey, info: Self.info, additionalData: [1])
        ).code == .unopenable)
      #expect(try refusal(authority, Array(message.dropLast())).code == .badRequest)
      #expect(try refusal(authority, message + [0]).code == .badRequest)
      // The claim is still good: none of these used it.
      _ = try authority.enrol(message: message)
    }
  }

  @Test("A certificate request must be the device's own: its name, its key, its signature")
  func certificateRequests() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let device = try TestDevice("pump-1")
      let claim = try authority.createClaim(for: device.id, actor: "svc.operator")
      var unsigned = try device.certificateRequest()
      unsigned[unsigned.count - 5] ^= 1
      let curve = try CertificateSigningRequest(
        version: .v1, subject: DistinguishedName { CommonName("pump-1") },
        privateKey: Certificate.PrivateKey(P384.Signing.PrivateKey()), attributes: .init(),
        signatureAlgorithm: .ecdsaWithSHA384)
      let requests = [
        try device.certificateRequest(name: "pump-2"), try device.certificateRequest(name: "svc.decryptor"), unsigned,
        try curve.derBytes, [0x30, 0x00],
      ]
      for request in requests {
        let message = try TestDevice.seal(
          device.enrolment(token: claim.token, request: request), to: authority.enrolmentPublicKey, info: Self.info)
        #expect(try refusal(authority, message).code == .badCertificateRequest)
      }
      #expect(throws: VaultError(.unknownDevice, "")) { try authority.device(device.id) }
    }
  }

  @Test("Too many failed attempts of one address are not even looked at")
  func floods() async throws {
    try await RunningVault.with { vault in
      let authority = try vault.authority.serviceAuthorityPEM
      var statuses: [Int: Int] = [:]
      // Failures are forgiven while time passes, so a slow machine needs more of them.
      for _ in 0..<Int(FailureLimiter.standardBurst) * 10 {
        let answer = try await HTTPS.post(vault.enrolURL + "/v1/enrol", body: [0], authority: authority)
        statuses[answer.status, default: 0] += 1
        if answer.status == 429 { break }
      }
      #expect(statuses[400, default: 0] >= Int(FailureLimiter.standardBurst))
      #expect(statuses[429] == 1)
    }
  }
}
