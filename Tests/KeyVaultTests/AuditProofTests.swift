import Foundation
import KeyVault
import KeyVaultClient
import Testing
import Wire

@Suite("Proofs from the audit log")
struct AuditProofTests {
  @Test("An inclusion proof holds under the vault's key, through JSON, and for nothing else")
  func inclusion() async throws {
    try await AuditHistory.with { history in
      let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
      for sequence in [1, 2, 700, 1024, 1025, 2048, 2100, history.count] {
        let proof = try authority.proveInclusion(of: sequence, actor: "svc.operator")
        let again = try JSONDecoder().decode(InclusionProof.self, from: JSONEncoder().encode(proof))
        let entry = try again.verified(by: history.key)
        #expect(try authority.auditEntries(from: sequence, limit: 1) == [entry])
        #expect(proof.path.count <= 12)
        #expect(throws: AuditVerifier.Finding.self) { try again.verified(by: [UInt8](repeating: 3, count: 32)) }
        let text = String(decoding: try JSONEncoder().encode(proof), as: UTF8.self)
        let swapped = text.replacing("\"sequence\":\(sequence)", with: "\"sequence\":\(sequence + 1)")
        let other = try JSONDecoder().decode(InclusionProof.self, from: Data(swapped.utf8))
        #expect(throws: AuditVerifier.Finding.self) { try other.verified(by: history.key) }
      }
      #expect(throws: VaultError(.unknown, "")) { try authority.proveInclusion(of: 0, actor: "svc.operator") }
      #expect(throws: VaultError(.unknown, "")) { try authority.proveInclusion(of: 1 << 40, actor: "svc.operator") }
      let proofs = try authority.auditEntries(AuditSelection(actions: [.prove]))
      #expect(proofs.map(\.outcome) == Array(repeating: .done, count: 8) + [.refused, .refused])
      _ = try authority.verifyAudit()
    }
  }

  @Test("A consistency proof holds between kept checkpoints, the head and any number of entries")
  func consistency() async throws {
    try await AuditHistory.with { history in
      let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
      for (from, to) in [(1024, 2048), (1024, nil), (7, 1500), (0, 3), (5, 5)] as [(UInt64, UInt64?)] {
        let proof = try authority.proveConsistency(from: from, to: to, actor: "svc.operator")
        let again = try JSONDecoder().decode(ConsistencyProof.self, from: JSONEncoder().encode(proof))
        try again.verify(by: history.key)
        #expect((again.from.checkpoint != nil) == (from == 1024))
        if to == nil { #expect(again.to.checkpoint != nil) }
        if from != to, from > 0 {
          let text = String(decoding: try JSONEncoder().encode(proof), as: UTF8.self)
          let changed = text.replacing(proof.path[0].hex, with: AuditHash.empty.hex)
          let other = try JSONDecoder().decode(ConsistencyProof.self, from: Data(changed.utf8))
          #expect(throws: AuditVerifier.Finding.self) { try other.verify(by: history.key) }
        }
      }
      #expect(throws: VaultError(.badRequest, "")) {
        try authority.proveConsistency(from: 9, to: 8, actor: "svc.operator")
      }
      #expect(throws: VaultError(.unknown, "")) {
        try authority.proveConsistency(from: 9, to: 1 << 40, actor: "svc.operator")
      }
    }
  }

  @Test(
    "Over HTTPS: list with filters, export of everything in order, proofs; each reading is recorded, none is open to others"
  )
  func routes() async throws {
    try await RunningVault.with { vault in
      for number in 1...2 { try TestDevice("pump-\(number)").enrol(in: vault.authority) }
      let requests = try (0..<1000).map { _ in try TestSession(DeviceID("pump-1")!).request() }  // A device id.
      for _ in 0..<2 { _ = try await vault.authority.sessionKeys(requests, for: .decryptor) }
      let console = try vault.console()

      let listed = try JSONDecoder().decode(
        [Line].self, from: Data(try await console.audit(from: 1, object: "device/pump-2", actor: "enrolment").utf8))
      #expect(!listed.isEmpty && listed.allSatisfy { $0.object.hasPrefix("device/pump-2") && $0.actor == "enrolment" })

      var exported: [UInt8] = []
      try await console.exportAudit(from: 1) { exported += $0 }
      let lines = try exported.split(separator: UInt8(ascii: "\n")).map {
        try JSONDecoder().decode(Line.self, from: Data($0))
      }
      #expect(lines.count > 2000 && lines.map(\.sequence) == Array(1...UInt64(lines.count)))
      #expect(lines.last?.action == "export-audit")

      let proof = try JSONDecoder().decode(InclusionProof.self, from: Data(try await console.auditProof(of: 3).utf8))
      #expect(try proof.verified(by: vault.authority.auditPublicKey).sequence == 3)
      let consistency = try JSONDecoder().decode(
        ConsistencyProof.self, from: Data(try await console.auditConsistency(from: 1024, to: nil).utf8))
      try consistency.verify(by: vault.authority.auditPublicKey)
      await console.close()

      let read = try vault.authority.auditEntries(
        AuditSelection(from: UInt64(lines.count - 1), actor: "svc.operator"))
      #expect(read.map(\.action) == [.readAudit, .exportAudit, .prove, .prove])

      let authority = try vault.authority.serviceAuthorityPEM
      for path in ["", "/verification", "/export", "/proof/1", "/consistency?from=1"] {
        let answer = try await HTTPS.get(
          vault.serviceURL + "/v1/audit" + path, authority: authority,
          identity: vault.directory + "/credentials/svc.dashboard")
        #expect(answer.status == 403, "\(path)")
      }
    }
  }

  private struct Line: Decodable {
    let sequence: UInt64
    let action: String
    let actor: String
    let object: String
  }
}
