import Cardio
import Crypto
import Dashboard
import Decryptor
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVault
import Store
import Synchronization
import Testing
import Wire

/// Reports for those who check.
@Suite struct ReportTests {
  /// A patient who was looked at and exported by one clinician, and opened outside the assignment by another.
  private static func ward(_ vault: FakeVault) async throws -> (Ward, Pseudonym) {
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
    for _ in 0..<4 { try await wearer.send(to: ward.store, at: ward.clock.now) }
    try await ward.addClinician("stranger", seeing: [])
    // Accounts are made on another clock.
    try await ward.store.append(
      AccountEvent(account: "clinician", actor: "operator", kind: .allPatientsOpened, at: ward.clock.now))
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let clinician = try await Browser.signIn(client, as: "clinician")
      #expect(try await clinician.send(client, .get, "/api/patients/\(patient)").status == .ok)
      #expect(try await clinician.send(client, .get, "/api/patients/\(patient)/export?format=csv").status == .ok)
      let stranger = try await Browser.signIn(client, as: "stranger")
      let reason = #"{"reason":"=called, \"at\" night"}"#
      let opened = try await stranger.send(client, .post, "/api/patients/\(patient)/emergency-access", body: reason)
      #expect(opened.status == .ok)
    }
    ward.clock.advance(10)
    return (ward, patient)
  }

  private static func rows(_ report: [String: Any], _ code: String) -> [[String]] {
    let sections = report["sections"] as? [[String: Any]] ?? []
    return sections.first { $0["code"] as? String == code }?["rows"] as? [[String]] ?? []
  }

  @Test func whoDidWhatToWhom() async throws {
    let vault = FakeVault()
    let (ward, patient) = try await Self.ward(vault)
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      let report = try await auditor.send(client, .get, "/api/reports/access").json()
      #expect(
        Self.rows(report, "by-person") == [
          ["clinician", "1", "0", "1", "0", "0", "0", "1"], ["stranger", "0", "0", "0", "0", "0", "1", "1"],
        ])
      #expect(Self.rows(report, "by-patient") == [[patient.name, "1", "0", "1", "0", "0", "1", "2"]])
      let emergency = try #require(Self.rows(report, "emergencies").first)
      #expect(emergency[2...] == ["stranger", patient.name, #"=called, "at" night"#])
      #expect(Self.rows(report, "deeds").map { $0[3] }.sorted() == ["export", "opened", "viewed"])
      // On record in both logs, with the same hash.
      let digest = try #require(report["digest"] as? String)
      #expect(report["entry"] as? Int == 41)
      let noted = try #require(vault.asked.last { $0.path == "/v1/audit/reports" })
      #expect(noted.body.contains(digest) && noted.role == "auditor" && noted.account == "auditor")
      let drawn = ward.store.state.withLock { $0.access.events.filter { $0.kind == .reportDrawn } }
      #expect(drawn.map(\.detail) == ["access \(digest)"] && drawn.map(\.actor) == ["auditor"])
      // The same period is the same report, whoever asks.
      let until = (ward.clock.now / 1_000_000 + 1) * 1000
      ward.clock.advance(60)
      let administrator = try await Browser.signIn(client, as: "administrator")
      let again = try await administrator.send(
        client, .get, "/api/reports/access?from=\(until - 30 * 86_400_000)&until=\(until)"
      ).json()
      #expect(again["digest"] as? String == digest)
      // One person, one patient.
      let one = try await auditor.send(client, .get, "/api/reports/access?account=stranger").json()
      #expect(Self.rows(one, "by-person").map(\.first) == ["stranger"])
      // Whoever could see the patient, how, and by whose decision; and what changed in the period.
      let seen = try await auditor.send(client, .get, "/api/reports/access?patient=\(patient)").json()
      #expect(
        Self.rows(seen, "sight").map { [$0[0], $0[1], $0[4], $0[5]] } == [
          ["clinician", "all patients", "operator", ""], ["stranger", "emergency", "stranger", ""],
        ])
      #expect(Self.rows(seen, "sight").allSatisfy { $0[3].isEmpty })
      #expect(Self.rows(report, "sight").isEmpty)
      #expect(Self.rows(report, "rights").contains { $0[1...3] == ["operator", "all-patients-opened", "clinician"] })
      let none = try await auditor.send(client, .get, "/api/reports/access?patient=P-ZZZZ").json()
      #expect(Self.rows(none, "deeds").isEmpty)
    }
  }

  /// All but the last four lines are what was hashed; no cell is a formula.
  @Test func aFileSaysItsOwnHash() async throws {
    let (ward, _) = try await Self.ward(FakeVault())
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      let file = try await auditor.send(client, .get, "/api/reports/access?format=csv")
      #expect(file.headers[.contentDisposition] == "attachment; filename=\"report-access-41.csv\"")
      let lines = String(buffer: file.body).components(separatedBy: "\r\n")
      let body = lines.dropLast(5).map { $0 + "\r\n" }.joined()
      let digest = SHA256.hash(data: Data(body.utf8)).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
        .joined()
      #expect(lines[lines.count - 5] == "\"sha256 of all above\",\"\(digest)\"")
      #expect(body.contains(#""'=called, ""at"" night""#))
      let paper = try await auditor.send(client, .get, "/api/reports/access?format=pdf")
      let text = String(decoding: paper.body.readableBytesView, as: UTF8.self)
      #expect(text.hasPrefix("%PDF-1.4") && text.contains(digest) && text.contains("entry 41 of the audit log"))
    }
  }

  /// Keys and audit log, at a real vault.
  @Test(.timeLimit(.minutes(2))) func whatTheVaultSays() async throws {
    try await VaultFixture.with { vault in
      for name in ["sb-001", "sb-002"] { try vault.enrol(#require(DeviceID(name))) }
      let ward = try Ward(time: .system, vault: vault.dashboard)
      try await ward.addAccounts()
      try await ward.service.makeTestApplication().test(.router) { client in
        let administrator = try await Browser.signIn(client, as: "administrator")
        let revoked = try await administrator.send(
          client, .post, "/api/keys/devices/sb-002/revocation", body: #"{"reason":"lost on the train"}"#)
        #expect(revoked.status == .ok)
        let auditor = try await Browser.signIn(client, as: "auditor")
        let keys = try await auditor.send(client, .get, "/api/reports/keys").json()
        #expect(Self.rows(keys, "device-keys").map(\.first) == ["device/sb-001/1", "device/sb-002/1"])
        #expect(Self.rows(keys, "held").map(\.first) == ["sb-002"])
        #expect(!Self.rows(keys, "own-keys").isEmpty)
        let change = try #require(Self.rows(keys, "key-changes").first { $0[2] == "revoke" })
        #expect(change[1] == "administrator" && change[5] == "lost on the train")
        // The statement on the log has the report on keys, with its hash, as an entry of that number.
        let statement = try await auditor.send(client, .get, "/api/reports/audit").json()
        let facts = try #require(statement["facts"] as? [[String: String]])
        #expect(facts.contains { $0["name"] == "Result" && $0["value"] == "The log is whole." })
        let noted = try #require(Self.rows(statement, "reports").first)
        #expect(noted[1...] == ["auditor", "report/keys", "sha256 \(keys["digest"] ?? "")", "\(keys["entry"] ?? "")"])
        let entry = try #require(statement["entry"] as? Int)
        let stored = try #require(try vault.authority.auditEntries(from: UInt64(entry), limit: 1).first)
        #expect(stored.action == .report && stored.actor == "dashboard:auditor")
        #expect(stored.reason == "sha256 \(statement["digest"] ?? "")")
      }
    }
  }

  @Test(arguments: [
    ("/api/reports/nothing", 404), ("/api/reports/access?format=xml", 400), ("/api/reports/access?from=x", 400),
    ("/api/reports/access?from=9&until=1", 422), ("/api/reports/access?from=0", 422),
    ("/api/reports/access?account=No%20body", 400), ("/api/reports/access?patient=x", 400),
  ])
  func whatMakesNoSenseIsRefused(path: String, status: Int) async throws {
    let ward = try Ward(vault: FakeVault())
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      #expect(try await auditor.send(client, .get, path).status.code == status, "\(path)")
    }
  }

  /// Without a record there is no report.
  @Test func withoutTheVaultThereIsNone() async throws {
    let ward = try Ward()
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      #expect(try await auditor.send(client, .get, "/api/reports/access").status == .serviceUnavailable)
    }
  }
}
