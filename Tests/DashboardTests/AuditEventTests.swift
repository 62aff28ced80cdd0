import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// AuditEvents of all records. Whether they are valid, `Tests/EndToEnd/test_api.py` asks `fhir.resources`.
@Suite struct AuditEventTests {
  /// What a day leaves: a patient looked at, exported, noted and opened outside an assignment; an alert taken on; failed sign-ins; an entry of the vault.
  private static func day() async throws -> (ward: Ward, patient: Pseudonym, unseen: Pseudonym, vault: FakeVault) {
    let vault = FakeVault()
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let unseen = try await ward.addPatient(name: "Bert", device: try #require(DeviceID("sb-002")))
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
    for _ in 0..<4 {
      ward.clock.advance(1.496)
      try await wearer.send(to: ward.store, at: ward.clock.now)
    }
    let alert = try await wearer.alert(
      AlertBodyMaker.tachycardia(at: ward.clock.now), in: ward.store, at: ward.clock.now)
    try await ward.addClinician("nurse", seeing: [patient])
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      for password in ["wrong horse battery staple", "wrong again battery staple"] {
        let body = #"{"account":"nurse","password":"\#(password)"}"#
        #expect(try await Browser().send(client, .post, "/api/session", body: body).status == .unauthorized)
      }
      let secret = #"{"account":"my secret","password":"anything at all, long"}"#
      _ = try await Browser().send(client, .post, "/api/session", body: secret)
      let nurse = try await Browser.signIn(client, as: "nurse")
      for path in ["", "/strip", "/beats"] {
        ward.clock.advance(1)
        #expect(try await nurse.send(client, .get, "/api/patients/\(patient)\(path)").status == .ok)
      }
      #expect(try await nurse.send(client, .get, "/api/patients/\(unseen)").status == .notFound)
      #expect(try await nurse.send(client, .get, "/api/patients/\(patient)/export?format=csv").status == .ok)
      let note = #"{"session":"\#(wearer.reference.session)","sample":5,"text":"palpitations"}"#
      #expect(try await nurse.send(client, .post, "/api/patients/\(patient)/notes", body: note).status == .ok)
      #expect(try await nurse.send(client, .post, "/api/alerts/\(alert)/acknowledge").status == .ok)
      ward.clock.advance(1)
      let opened = try await nurse.send(
        client, .post, "/api/patients/\(unseen)/emergency-access", body: #"{"reason":"called to bed 7"}"#)
      let id = try #require(try opened.json()["id"] as? String)
      ward.clock.advance(60)
      #expect(try await nurse.send(client, .delete, "/api/emergency-access/\(id)").status == .noContent)
      #expect(try await nurse.send(client, .delete, "/api/session").status == .noContent)
    }
    ward.clock.advance(2)
    return (ward, patient, unseen, vault)
  }

  private struct Found {
    let resources: [[String: Any]]
    var ids: [String] { resources.compactMap { $0["id"] as? String } }
    /// Our own code of each, which stands last.
    var kinds: [String] {
      resources.compactMap { ($0["subtype"] as? [[String: Any]])?.last?["code"] as? String }
    }
  }

  /// All pages of a search.
  private static func search(
    _ client: any TestClientProtocol, _ auditor: Browser, _ query: String, count: Int = 3
  ) async throws -> Found {
    var resources: [[String: Any]] = []
    var uri: String? = "/fhir/AuditEvent?_count=\(count)" + (query.isEmpty ? "" : "&\(query)")
    var pages = 0
    while let address = uri, pages < 50 {
      let bundle = try await auditor.send(client, .get, address).json()
      let page = (bundle["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] as? [String: Any] }
      #expect(page.count <= count)
      resources += page
      let links = bundle["link"] as? [[String: String]] ?? []
      uri = links.first { $0["relation"] == "next" }?["url"].flatMap { URL(string: $0) }.map {
        "\($0.path())?\($0.query() ?? "")"
      }
      pages += 1
    }
    return Found(resources: resources)
  }

  @Test func everyRecordIsInOneOrderOverAllPages() async throws {
    let (ward, _, _, vault) = try await Self.day()
    let entry =
      #"[{"sequence":7,"time":1767225601123456,"actor":"dashboard:admin","action":"revoke","outcome":"done","object":"device/sb-001","purpose":"","reason":"lost"}]"#
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      vault.answer(200, entry)
      let all = try await Self.search(client, auditor, "")
      #expect(Set(all.ids).count == all.ids.count)
      let times = all.resources.compactMap { $0["recorded"] as? String }
      #expect(times == times.sorted())
      for kind in [
        "sign-in-failed", "signed-in", "viewed", "export", "note", "acknowledged", "opened", "ended", "signed-out",
        "revoke",
      ] { #expect(all.kinds.contains(kind), "\(kind)") }
      // Three requests below one patient are one look; nothing of a name that no account has.
      #expect(all.kinds.count { $0 == "viewed" } == 1)
      #expect(all.kinds.count { $0 == "sign-in-failed" } == 3)
      #expect(!String(describing: all.resources).contains("my secret"))
      // The same with any size of page.
      for count in [1, 2, 100] {
        #expect(try await Self.search(client, auditor, "", count: count).ids.prefix(all.ids.count) == all.ids[...])
      }
      // Each by its own address.
      for (id, resource) in zip(all.ids, all.resources) {
        let one = try await auditor.send(client, .get, "/fhir/AuditEvent/\(id)").json()
        #expect(one["id"] as? String == id && one["recorded"] as? String == resource["recorded"] as? String)
      }
      for id in ["account-0", "account-999", "vault-8", "nothing-1", "account-01", "account", "7"] {
        #expect(try await auditor.send(client, .get, "/fhir/AuditEvent/\(id)").status == .notFound, "\(id)")
      }
    }
  }

  @Test func emergenciesSayWhatTheyAre() async throws {
    let (ward, _, unseen, _) = try await Self.day()
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      let found = try await Self.search(client, auditor, "patient=\(unseen)&type=110113")
      #expect(found.kinds == ["opened", "ended"])
      let opened = try #require(found.resources.first)
      let purpose = try #require((opened["purposeOfEvent"] as? [[String: Any]])?.first?["coding"] as? [[String: Any]])
      #expect(purpose.first?["code"] as? String == "BTG")
      #expect((opened["subtype"] as? [[String: Any]])?.first?["code"] as? String == "110127")
      let entity = try #require((opened["entity"] as? [[String: Any]])?.first)
      #expect((entity["what"] as? [String: Any])?["reference"] as? String == "Patient/\(unseen)")
      #expect(entity["description"] as? String == "called to bed 7")
      #expect(found.resources.last?["action"] as? String == "E")
    }
  }

  /// Each filter, and what it leaves.
  @Test func filtersLeaveWhatTheySay() async throws {
    let (ward, patient, _, vault) = try await Self.day()
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      #expect(try await Self.search(client, auditor, "type=110106").kinds == ["export"])
      let dicom = "http://dicom.nema.org/resources/ontology/DCM%7C110114"
      let authentication = try await Self.search(client, auditor, "type=\(dicom)&entity-name=nurse")
      #expect(authentication.kinds == ["sign-in-failed", "sign-in-failed", "signed-in", "signed-out"])
      #expect(authentication.resources.map { $0["outcome"] as? String } == ["4", "4", "0", "0"])
      let mine = try await Self.search(client, auditor, "patient=Patient/\(patient)&agent=nurse")
      #expect(mine.kinds == ["viewed", "export", "note", "acknowledged"])
      #expect(try await Self.search(client, auditor, "entity=Device/sb-001&agent-name=nurse").kinds.count == 3)
      #expect(try await Self.search(client, auditor, "subtype=110127").kinds == ["opened"])
      #expect(try await Self.search(client, auditor, "outcome=4").kinds.allSatisfy { $0 == "sign-in-failed" })
      #expect(try await Self.search(client, auditor, "date=2025").ids.isEmpty)
      let day = try await Self.search(client, auditor, "date=2026-01-01&agent=nurse").ids
      #expect(day.count > 5)
      #expect(
        try await Self.search(client, auditor, "date=ge2026-01-01T00:00:00Z&date=lt2026-01-02&agent=nurse").ids == day)
      #expect(try await Self.search(client, auditor, "date=gt2026-01-01&agent=nurse").ids.isEmpty)
      #expect(vault.asked.contains { $0.path.contains("since=1767225600000000") && $0.path.contains("person=nurse") })
      for query in [
        "date=yesterday", "date=2026-02-30", "date=ne2026-01-01", "date=2026-13", "date=2026-01-01T25:00Z", "_page=1",
        "_page=1.2.3.4.x", "_page=99999999999999999999.0.0.0.1", "entity=Practitioner/x", "entity=Patient",
        "patient=x", "agent=", "entity=Device/%00",
      ] {
        let response = try await auditor.send(client, .get, "/fhir/AuditEvent?\(query)")
        #expect(response.status == .badRequest, "\(query)")
      }
    }
  }

  @Test func aLockOutStandsOnRecord() async throws {
    let ward = try Ward(vault: FakeVault())
    try await ward.addAccounts()
    try await ward.service.makeTestApplication().test(.router) { client in
      for attempt in 0..<7 {
        let body = #"{"account":"clinician","password":"not the password \#(attempt)"}"#
        _ = try await Browser().send(client, .post, "/api/session", body: body)
      }
    }
    let events = try await ward.store.accountTrail(
      {
        var query = TrailQuery(limit: 99)
        query.actor = "clinician"
        return query
      }())
    // What the lock refuses is not looked at, and not another failure.
    #expect(
      events.map(\.event.kind) == [
        .signInFailed, .signInFailed, .signInFailed, .signInFailed, .signInFailed, .lockedOut,
      ])
    #expect(events.allSatisfy { $0.event.address != nil })
  }
}
