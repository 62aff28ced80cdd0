import Foundation
import KeyVault
import Sealing
import SwiftASN1
import Testing
import Wire
import X509

@Suite("Fuzzing of what people and devices hand in")
struct FileFuzzTests {
  @Test("Backups: a file that is not the very one that was made becomes no vault")
  func backups() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      try device.enrol(in: vault.authority)
      for _ in 0..<400 { _ = try vault.authority.createClaim(for: device.id, actor: "svc.operator") }
      let backup = try vault.backup()
      let valid = try Array(Data(contentsOf: URL(fileURLWithPath: backup.path)))
      let length = valid.prefix(4).reduce(0) { $0 << 8 | Int($1) }
      let header = Array(valid[4..<4 + length])
      #expect(try BackupHeader(decoding: header).keyVersion == 1)
      Mutator.run("backup header", [header]) { bytes in
        if (try? BackupHeader(decoding: bytes)) != nil { #expect(CBORForm.isCanonical(bytes)) }
      }
      // Whole files: the length, the header, the first segment, the last one.
      let mutated = vault.directory + "/mutated"
      let target = vault.directory + "/no-vault"
      var mutator = Mutator(seed: SeededGenerator.runSeed)
      let beginning = 4 + length + 64
      let segment = BackupHeader.segmentSize + AEAD.tagSize
      let (start, body) = (Array(valid.prefix(4 + length)), Array(valid.dropFirst(4 + length)))
      try #require(body.count > 2 * segment)
      var files: [[UInt8]] = (0..<120).map { _ in
        mutator.mutate(Array(valid[..<beginning])) + Array(valid[beginning...])
      }
      files += (0..<40).map { _ in Array(valid.dropLast(64)) + mutator.mutate(Array(valid.suffix(64))) }
      // Segments left out, repeated, exchanged, cut off at their border.
      let (first, second, rest) = (
        Array(body[..<segment]), Array(body[segment..<2 * segment]), Array(body[(2 * segment)...])
      )
      files += [start + second + rest, start + first + body, start + second + first + rest, start + first, start, []]
      for bytes in files where bytes != valid {
        try Data(bytes).write(to: URL(fileURLWithPath: mutated))
        #expect(throws: VaultError.self) {
          try KeyAuthority.restore(backup: mutated, recovery: backup.recovery, root: vault.root, directory: target)
        }
        #expect(!KeyAuthority.exists(in: target))
      }
      _ = try vault.restore(backup.path, backup.recovery)
    }
  }

  @Test("Recovery files: what is accepted says the same when it is written again, and another key opens nothing")
  func recovery() async throws {
    try await TestVault.with { vault in
      let backup = try vault.backup()
      let encoder = JSONEncoder()
      let valid = try Array(encoder.encode(backup.recovery))
      try Mutator.run("recovery", [valid], share: 4) { bytes throws in
        guard let decoded = try? RecoveryFile.decode(Data(bytes)) else { return }
        let again = try RecoveryFile.decode(encoder.encode(decoded))
        #expect(again == decoded)
      }
      let target = vault.directory + "/no-vault"
      Mutator.run("recovery and restore", [valid], share: 100) { bytes in
        guard let decoded = try? RecoveryFile.decode(Data(bytes)),
          decoded.wrapped.lowercased() != backup.recovery.wrapped
        else { return }
        #expect(throws: VaultError.self) {
          try KeyAuthority.restore(backup: backup.path, recovery: decoded, root: vault.root, directory: target)
        }
      }
    }
  }

  /// The part of a certificate request that its signature covers. What stands around it may be written in more than one way
  /// that says the same.
  private func signedPart(_ request: [UInt8]) throws -> Data {
    // SEQUENCE, its length in two bytes (81 nn): a P-256 request has 128 to 255 bytes.
    try #require(request[0] == 0x30 && request[1] == 0x81 && request[3] == 0x30)
    let (header, length) = request[4] == 0x81 ? (3, Int(request[5])) : (2, Int(request[4]))
    return Data(request[3..<3 + header + length])
  }

  @Test("Certificate requests of devices and persons: an altered one is not signed any more")
  func certificateRequests() async throws {
    try await TestVault.with { vault in
      let device = try TestDevice("pump-1")
      let valid = try device.certificateRequest()
      let signed = try signedPart(valid)
      try Mutator.run("csr", [valid], share: 60) { bytes in
        if Data(bytes).range(of: signed) != nil { return }
        let claim = try vault.authority.createClaim(for: device.id, actor: "svc.operator")
        let message = try TestDevice.seal(
          device.enrolment(token: claim.token, request: bytes), to: vault.authority.enrolmentPublicKey,
          info: "SealedBeat/1 enrol")
        #expect(throws: VaultError.self) { try vault.authority.enrol(message: message) }
      }
      #expect(throws: VaultError(.unknownDevice, "")) { try vault.authority.device(device.id) }
      try PersonRequest.make("mallory", in: vault.directory + "/mallory")
      let text = try String(contentsOfFile: vault.directory + "/mallory/request.pem", encoding: .utf8)
      let encoded = try CertificateSigningRequest(pemEncoded: text).derBytes
      let signedByPerson = try signedPart(encoded)
      Mutator.run("person", [encoded], share: 60) { bytes in
        if Data(bytes).range(of: signedByPerson) != nil { return }
        let pem = PEMDocument(type: "CERTIFICATE REQUEST", derBytes: bytes).pemString
        #expect(throws: VaultError.self) {
          try vault.authority.addPerson("mallory", role: .custodian, request: pem, reason: "x", actor: "svc.operator")
        }
      }
      #expect(try vault.authority.people().isEmpty)
    }
  }
}
