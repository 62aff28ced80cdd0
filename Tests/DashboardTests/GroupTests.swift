import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVaultClient
import Sealing
import Store
import Testing
import Wire

@Suite struct GroupTests {
  private struct Groups: Decodable {
    struct Group: Decodable {
      let group: String
      let name: String?
      let patients: [String]?
    }
    let items: [Group]
  }

  private struct WardAnswer: Decodable {
    struct Patient: Decodable {
      let patient: String
      let groups: [String]
    }
    let patients: [Patient]
    let groups: [Groups.Group]
  }

  private func decoded<Value: Decodable>(_ type: Value.Type, _ response: TestResponse) throws -> Value {
    #expect(response.status == .ok)
    return try JSONDecoder().decode(type, from: Data(response.body.readableBytesView))
  }

  private func twoPatients() async throws -> (Ward, Pseudonym, Pseudonym) {
    let ward = try Ward()
    try await ward.addAccounts()
    let one = try await ward.addPatient(device: try #require(DeviceID("sb-001")))
    let other = try await ward.addPatient(name: "Bernd Beispiel", device: try #require(DeviceID("sb-002")))
    return (ward, one, other)
  }

  @Test func administratorsMakeGroupsAndTheWardShowsThem() async throws {
    let (ward, one, other) = try await twoPatients()
    try await ward.service.makeTestApplication().test(.router) { client in
      let administrator = try await Browser.signIn(client, as: "administrator")
      let made = try await administrator.send(client, .post, "/api/groups", body: #"{"name": " Ward 3 "}"#)
      #expect(made.status == .ok)
      let group = try #require(try made.json()["group"] as? String)
      #expect(try await administrator.send(client, .post, "/api/groups", body: #"{"name": "Ward 3"}"#).code == "exists")
      for bad in ["", "   ", String(repeating: "x", count: 41), "a\\nb"] {
        let response = try await administrator.send(client, .post, "/api/groups", body: #"{"name": "\#(bad)"}"#)
        #expect(response.status == .unprocessableContent && response.code == "bad-group-name", "\(bad)")
      }
      for patient in [one, other] {
        let path = "/api/groups/\(group)/patients/\(patient)"
        #expect(try await administrator.send(client, .put, path).status == .noContent)
      }
      for path in [
        "/api/groups/G-NONE/patients/\(one)", "/api/groups/\(group)/patients/P-NONE",
        "/api/groups/none/patients/\(one)",
      ] {
        #expect(try await administrator.send(client, .put, path).status == .notFound, "\(path)")
      }
      await ward.service.readStore()
      ward.clock.advance(2)
      let clinician = try await Browser.signIn(client, as: "clinician")
      let shown = try decoded(WardAnswer.self, try await clinician.send(client, .get, "/api/ward"))
      #expect(shown.groups.map(\.name) == ["Ward 3"] && shown.patients.allSatisfy { $0.groups == [group] })

      let renaming = try await administrator.send(
        client, .patch, "/api/groups/\(group)", body: #"{"name": "Ward 4"}"#)
      #expect(renaming.status == .noContent)
      #expect(
        try await administrator.send(client, .delete, "/api/groups/\(group)/patients/\(other)").status == .noContent)
      let listed = try decoded(Groups.self, try await administrator.send(client, .get, "/api/groups"))
      #expect(listed.items.map(\.name) == ["Ward 4"] && listed.items.first?.patients == [one.name])
      // An auditor learns that there is a group and who is in it, not what it says of them.
      ward.clock.advance(2)
      let auditor = try await Browser.signIn(client, as: "auditor")
      let audited = try decoded(Groups.self, try await auditor.send(client, .get, "/api/groups"))
      #expect(audited.items.map(\.group) == [group] && audited.items.first?.name == nil)

      #expect(try await administrator.send(client, .delete, "/api/groups/\(group)").status == .noContent)
      #expect(try await administrator.send(client, .delete, "/api/groups/\(group)").status == .notFound)
      await ward.service.readStore()
      let after = try decoded(WardAnswer.self, try await clinician.send(client, .get, "/api/ward"))
      #expect(after.groups.isEmpty && after.patients.count == 2 && after.patients.allSatisfy(\.groups.isEmpty))
    }
  }

  @Test func aNameRestsSealedAndBoundToItsGroup() async throws {
    let (ward, _, _) = try await twoPatients()
    let groups = GroupAdministration(registry: ward.store, keys: ward.keys)
    let short = try await groups.create(GroupName("HIV study"))
    let long = try await groups.create(GroupName(String(repeating: "n", count: 40)))
    let records = try await ward.store.groups()
    #expect(Set(records.map(\.box.count)).count == 1, "the length tells the name's")
    let seal = try IdentitySeal(key: try await ward.keys.recordKey(.patients))
    for record in records {
      #expect(!String(decoding: record.box, as: UTF8.self).contains("HIV"))
      #expect(try seal.name(record).text == (record.id == short ? "HIV study" : String(repeating: "n", count: 40)))
      let other = record.id == short ? long : short
      #expect(throws: (any Error).self) {
        try seal.name(PatientGroupRecord(id: other, box: record.box, createdAt: record.createdAt))
      }
    }
  }

  @Test func countsAreBounded() async throws {
    let (ward, one, _) = try await twoPatients()
    let groups = GroupAdministration(registry: ward.store, keys: ward.keys)
    let members = GroupMembers(registry: ward.store, time: ward.clock.timekeeper)
    var made: [GroupID] = []
    for index in 0..<GroupAdministration.groupLimit { made.append(try await groups.create(GroupName("G\(index)"))) }
    await #expect(throws: AccountError(.limitReached, "")) { try await groups.create(GroupName("one more")) }
    for group in made.prefix(GroupMembers.groupsOfPatientLimit) { try await members.add(one, to: group) }
    await #expect(throws: AccountError(.limitReached, "")) { try await members.add(one, to: made[100]) }
    // To be put where one is already is no ninth.
    try await members.add(one, to: made[0])
  }

  /// Who is assigned a group sees everybody in it while they are in it, on every route and in the stream, and nobody else; the
  /// group's name is told only to whom it is about somebody they see.
  @Test func aGroupCanBeAssigned() async throws {
    let (ward, one, other) = try await twoPatients()
    try await ward.addClinician("nurse", seeing: [])
    let groups = GroupAdministration(registry: ward.store, keys: ward.keys)
    let members = GroupMembers(registry: ward.store, time: ward.clock.timekeeper)
    let group = try await groups.create(GroupName("Ward 3"))
    let hidden = try await groups.create(GroupName("Study X"))
    try await members.add(one, to: group)
    try await members.add(other, to: hidden)
    try await ward.service.makeTestApplication().test(.router) { client in
      let administrator = try await Browser.signIn(client, as: "administrator")
      ward.clock.advance(2)
      let nurse = try await Browser.signIn(client, as: "nurse")
      func seen() async throws -> [String] {
        await ward.service.readStore()
        let shown = try decoded(WardAnswer.self, try await nurse.send(client, .get, "/api/ward"))
        // What a group is called is known of whoever is seen, and of nobody else.
        let knowsStudy = shown.patients.contains { $0.patient == other.name && $0.groups.contains(hidden.name) }
        #expect(shown.groups.contains { $0.name == "Study X" } == knowsStudy)
        for patient in [one, other] {
          let status = try await nurse.send(client, .get, "/api/patients/\(patient)").status
          #expect(status == (shown.patients.contains { $0.patient == patient.name } ? .ok : .notFound))
        }
        return shown.patients.map(\.patient)
      }
      #expect(try await seen().isEmpty)
      let path = "/api/accounts/nurse/groups/\(group)"
      #expect(try await administrator.send(client, .put, path).status == .noContent)
      #expect(try await seen() == [one.name])
      // Whoever joins is seen, whoever leaves is not.
      #expect(
        try await administrator.send(client, .put, "/api/groups/\(group)/patients/\(other)").status == .noContent)
      #expect(try await Set(seen()) == [one.name, other.name])
      try await members.remove(hidden)
      #expect(
        try await administrator.send(client, .delete, "/api/groups/\(group)/patients/\(one)").status == .noContent)
      #expect(try await seen() == [other.name])
      let accounts = String(buffer: try await administrator.send(client, .get, "/api/accounts").body)
      #expect(accounts.contains(#""groups":["\#(group)"]"#))
      // Assigned alone as well, a patient outlives the group.
      #expect(
        try await administrator.send(client, .put, "/api/accounts/nurse/patients/\(one)").status == .noContent)
      #expect(try await administrator.send(client, .delete, path).status == .noContent)
      #expect(try await seen() == [one.name])
      // A group that is removed takes its assignment with it.
      #expect(try await administrator.send(client, .put, path).status == .noContent)
      #expect(try await administrator.send(client, .delete, "/api/groups/\(group)").status == .noContent)
      #expect(try await seen() == [one.name])
      try await whoDecidedStandsOnRecord(client, ward, group, (one, other))
      for (path, code) in [
        ("/api/accounts/administrator/groups/\(group)", "bad-role"), ("/api/accounts/nurse/groups/\(group)", "unknown"),
        ("/api/accounts/nobody/groups/\(group)", "unknown"),
      ] { #expect(try await administrator.send(client, .put, path).code == code, "\(path)") }
    }
  }

  /// Every change of the group above, as those who check are told: by whom, of whom, under the group's public name.
  private func whoDecidedStandsOnRecord(
    _ client: any TestClientProtocol, _ ward: Ward, _ group: GroupID, _ patients: (Pseudonym, Pseudonym)
  ) async throws {
    ward.clock.advance(2)
    let auditor = try await Browser.signIn(client, as: "auditor")
    func found(_ query: String) async throws -> [[String: Any]] {
      let bundle = try await auditor.send(client, .get, "/fhir/AuditEvent?_count=100&\(query)").json()
      return (bundle["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] as? [String: Any] }
    }
    func told(_ resource: [String: Any]) -> String {
      let kind = (resource["subtype"] as? [[String: Any]])?.last?["code"] as? String
      let agent = (resource["agent"] as? [[String: Any]])?.first?["who"] as? [String: Any]
      let about = (resource["entity"] as? [[String: Any]] ?? []).compactMap { entity in
        let what = entity["what"] as? [String: Any]
        return what?["reference"] as? String ?? (what?["identifier"] as? [String: String])?["value"]
      }
      return ([kind ?? "", "by", agent?["display"] as? String ?? ""] + about).joined(separator: " ")
    }
    let (one, other) = patients
    let expected = [
      "group-joined by operator Patient/\(one) \(group)", "group-assigned by administrator nurse \(group)",
      "group-joined by administrator Patient/\(other) \(group)", "group-left by administrator Patient/\(one) \(group)",
      "group-unassigned by administrator nurse \(group)", "group-assigned by administrator nurse \(group)",
      "group-unassigned by administrator nurse \(group)", "group-left by administrator Patient/\(other) \(group)",
      "group-removed by administrator \(group)",
    ]
    let events = try await found("entity=Group/\(group)")
    #expect(events.map(told) == expected)
    #expect(events.allSatisfy { (($0["subtype"] as? [[String: Any]])?.first?["code"] as? String) == "110136" })
    #expect(try await found("patient=\(other)&entity=Group/\(group)").count == 2)
    #expect(try await found("entity=Group/G-ZZZZ").isEmpty)
    #expect(try await auditor.send(client, .get, "/fhir/AuditEvent?entity=Group/Ward%203").status == .badRequest)
    // The page's list, newest first; what is no account's names none, and no name of a group is anywhere.
    let listed = try await auditor.send(client, .get, "/api/account-events")
    let items = try listed.json()["items"] as? [[String: Any]] ?? []
    let removed = try #require(
      items.first { $0["kind"] as? String == "group-removed" && $0["detail"] as? String == group.name })
    #expect(removed["account"] == nil && removed["actor"] as? String == "administrator")
    #expect(!String(buffer: listed.body).contains("Ward 3"))
  }
}
