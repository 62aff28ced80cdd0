import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Sealing
import Store
import Synchronization
import Testing
import Wire

@Suite struct EmergencyAccessTests {
  private static let reason = #"{"reason":"called to bed 7, no assignment yet"}"#

  /// Two patients; `nurse` sees the first alone.
  private static func ward() async throws -> (Ward, seen: Pseudonym, unseen: Pseudonym, device: DeviceID) {
    let ward = try Ward()
    try await ward.addAccounts()
    let first = try #require(DeviceID("sb-001"))
    let second = try #require(DeviceID("sb-002"))
    let seen = try await ward.addPatient(name: "Anna Muster", device: first)
    let unseen = try await ward.addPatient(name: "Bert Beispiel", device: second)
    let wearer = try await Wearer(device: second, keys: ward.keys, preset: .normal)
    for _ in 0..<3 { try await wearer.send(to: ward.store, at: ward.clock.now) }
    try await ward.addClinician("nurse", seeing: [seen])
    await ward.service.readStore()
    return (ward, seen, unseen, second)
  }

  @Test func aPatientOpensForOneAccountForAWhile() async throws {
    let (ward, seen, unseen, device) = try await Self.ward()
    try await ward.addClinician("other", seeing: [seen])
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let other = try await Browser.signIn(client, as: "other")
      let path = "/api/patients/\(unseen.name)"
      #expect(try await nurse.send(client, .get, path).status == .notFound)
      let asked = ward.asked.count(device)
      #expect(asked == 0)
      let opened = try await nurse.send(client, .post, "\(path)/emergency-access", body: Self.reason)
      #expect(opened.status == .ok)
      let view = try opened.json()
      #expect(view["patient"] as? String == unseen.name)
      let until = try #require(view["untilMs"] as? UInt64)
      #expect(until == ward.clock.now / 1000 + 60 * 60 * 1000)
      for part in ["", "/strip"] { #expect(try await nurse.send(client, .get, path + part).status == .ok, "\(part)") }
      #expect(ward.asked.count(device) > 0)
      let wardNow = String(buffer: try await nurse.send(client, .get, "/api/ward").body)
      #expect(wardNow.contains(unseen.name) && wardNow.contains("Bert Beispiel"))
      // For nobody else.
      #expect(try await other.send(client, .get, path).status == .notFound)
      #expect(try await other.send(client, .get, "/api/emergency-access/own").json()["items"] as? [String] == [])
      // Once is enough.
      let again = try await nurse.send(client, .post, "\(path)/emergency-access", body: Self.reason)
      #expect(again.status == .conflict && again.problem == "already-visible")
      // To the second.
      ward.clock.advance(29 * 60)
      #expect(try await nurse.send(client, .get, path).status == .ok)
      ward.clock.advance(29 * 60)
      #expect(try await nurse.send(client, .get, path).status == .ok)
      ward.clock.advance(2 * 60 - 0.001)
      #expect(try await nurse.send(client, .get, path).status == .ok)
      ward.clock.advance(0.001)
      #expect(try await nurse.send(client, .get, path).status == .notFound)
    }
  }

  @Test func aReasonIsNeeded() async throws {
    let (ward, _, unseen, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let path = "/api/patients/\(unseen.name)/emergency-access"
      for body in [
        "{}", #"{"reason":""}"#, #"{"reason":"   "}"#, #"{"reason":"a\nb"}"#,
        #"{"reason":"\#(String(repeating: "x", count: 201))"}"#,
      ] {
        let answer = try await nurse.send(client, .post, path, body: body)
        #expect(answer.status == .unprocessableContent && answer.problem == "reason-missing", "\(body)")
      }
      #expect(ward.store.state.withLock { $0.access.accesses.isEmpty })
      #expect(
        try await nurse.send(client, .post, "/api/patients/P-ZZZZ/emergency-access", body: Self.reason).status
          == .notFound)
      let long = #"{"reason":"\#(String(repeating: "ß", count: 200))"}"#
      #expect(try await nurse.send(client, .post, path, body: long).status == .ok)
    }
  }

  @Test func theRecordStaysAndTheReasonRestsSealed() async throws {
    let (ward, _, unseen, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      _ = try await nurse.send(client, .post, "/api/patients/\(unseen.name)/emergency-access", body: Self.reason)
      let access = try #require(ward.store.state.withLock { $0.access.accesses.first })
      #expect(Data(access.box).range(of: Data("bed 7".utf8)) == nil && access.box.count % 256 == SealedBox.overhead)
      for role in ["auditor", "administrator"] {
        let browser = try await Browser.signIn(client, as: role)
        let items = try #require(
          try await browser.send(client, .get, "/api/emergency-access").json()["items"] as? [[String: Any]])
        #expect(items.count == 1 && items[0]["account"] as? String == "nurse")
        #expect(items[0]["reason"] as? String == "called to bed 7, no assignment yet")
        #expect(items[0]["isInForce"] as? Bool == true)
      }
      #expect(try await nurse.send(client, .get, "/api/emergency-access").status == .forbidden)
      // Nor is a reason read in the place of another.
      let other = try #require(AccessID(Array(repeating: 1, count: 16)))
      ward.store.change { state in
        let moved = state.access.accesses[0]
        state.access.accesses.append(
          EmergencyAccess(
            id: other, account: "x", pseudonym: moved.pseudonym, box: moved.box, openedAt: 1, expiresAt: 2))
      }
      let auditor = try await Browser.signIn(client, as: "auditor")
      let items = try #require(
        try await auditor.send(client, .get, "/api/emergency-access").json()["items"] as? [[String: Any]])
      #expect(items.first?["reason"] == nil && items.count == 2)
    }
  }

  @Test(arguments: ["nurse", "administrator"]) func itEndsEarly(by name: String) async throws {
    let (ward, seen, unseen, _) = try await Self.ward()
    try await ward.addClinician("other", seeing: [seen])
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let opened = try await nurse.send(
        client, .post, "/api/patients/\(unseen.name)/emergency-access", body: Self.reason)
      let id = try #require(try opened.json()["id"] as? String)
      let other = try await Browser.signIn(client, as: "other")
      #expect(try await other.send(client, .delete, "/api/emergency-access/\(id)").status == .notFound)
      let ender = name == "nurse" ? nurse : try await Browser.signIn(client, as: name)
      #expect(try await ender.send(client, .delete, "/api/emergency-access/\(id)").status == .noContent)
      #expect(try await nurse.send(client, .get, "/api/patients/\(unseen.name)").status == .notFound)
      #expect(try await ender.send(client, .delete, "/api/emergency-access/\(id)").status == .notFound)
      #expect(ward.store.state.withLock { $0.access.accesses.first?.endedBy } == name)
    }
  }

  @Test func anAccountOpensTenAnHour() async throws {
    let (ward, _, unseen, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let path = "/api/patients/\(unseen.name)/emergency-access"
      for _ in 0..<10 {
        let id = try #require(
          try await nurse.send(client, .post, path, body: Self.reason).json()["id"] as? String)
        _ = try await nurse.send(client, .delete, "/api/emergency-access/\(id)")
      }
      #expect(try await nurse.send(client, .post, path, body: Self.reason).status == .tooManyRequests)
      for _ in 0..<3 {
        ward.clock.advance(20 * 60 + 1)
        _ = try await nurse.send(client, .get, "/api/session")
      }
      #expect(try await nurse.send(client, .post, path, body: Self.reason).status == .ok)
    }
  }

  @Test func whoSeesAllNeedsNone() async throws {
    let (ward, _, unseen, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let clinician = try await Browser.signIn(client, as: "clinician")
      let answer = try await clinician.send(
        client, .post, "/api/patients/\(unseen.name)/emergency-access", body: Self.reason)
      #expect(answer.status == .conflict)
    }
  }
}
