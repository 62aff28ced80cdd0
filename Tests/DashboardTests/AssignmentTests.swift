import Cardio
import Dashboard
import Findings
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// Who may see whom: every way to a patient, and every key that is asked for.
@Suite struct AssignmentTests {
  /// Two patients with a signal and an alert each; `nurse` sees the first alone.
  private struct Two {
    let ward: Ward
    let mine: Pseudonym
    let others: Pseudonym
    let myDevice: DeviceID
    let otherDevice: DeviceID
    let myAlert: AlertID
    let otherAlert: AlertID

    init() async throws {
      ward = try Ward()
      try await ward.addAccounts()
      myDevice = try #require(DeviceID("sb-001"))
      otherDevice = try #require(DeviceID("sb-002"))
      mine = try await ward.addPatient(device: myDevice)
      others = try await ward.addPatient(name: "Berta Beispiel", device: otherDevice)
      var alerts: [AlertID] = []
      for device in [myDevice, otherDevice] {
        let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
        for _ in 0..<8 { try await wearer.send(to: ward.store, at: ward.clock.now) }
        let body = AlertBody(
          rule: .tachycardia, severity: .high, onset: ward.clock.now, onsetSample: 1, explanation: "of \(device)",
          heartRate: 150)
        alerts.append(try await wearer.alert(body, in: ward.store, at: ward.clock.now))
      }
      (myAlert, otherAlert) = (alerts[0], alerts[1])
      try await ward.addClinician("nurse", seeing: [mine])
      await ward.service.readStore()
    }

    func askedForKeys() -> [Int] { [ward.asked.count(myDevice), ward.asked.count(otherDevice)] }
  }

  /// For every route to a patient that clinicians have: an unassigned patient answers exactly as one that does not exist.
  @Test func anUnassignedPatientDoesNotExist() async throws {
    let two = try await Two()
    let routes = Endpoint.allCases.filter {
      $0.path.contains("{pseudonym}") && !$0.changesState && $0.rule.verdict(for: .clinician) == .allow
    }
    #expect(routes.count >= 6)
    try await two.ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      func ask(_ endpoint: Endpoint, _ patient: String) async throws -> TestResponse {
        try await nurse.send(client, endpoint.method, endpoint.path.replacing("{pseudonym}", with: patient))
      }
      for endpoint in routes {
        #expect(try await ask(endpoint, two.mine.name).status == .ok, "\(endpoint)")
        let hidden = try await ask(endpoint, two.others.name)
        let absent = try await ask(endpoint, "P-ZZZZ")
        #expect(hidden.status == .notFound && absent.status == .notFound, "\(endpoint)")
        #expect(hidden.body == absent.body && hidden.headers == absent.headers, "\(endpoint)")
      }
      let list = try await nurse.send(client, .get, "/api/alerts?patient=\(two.others)")
      #expect(list.status == .notFound)
      let hidden = try await nurse.send(client, .post, "/api/alerts/\(two.otherAlert)/acknowledge", body: "{}")
      #expect(hidden.status == .notFound)
      #expect(try await two.ward.store.alert(two.otherAlert)?.acknowledgedBy == nil)
      let seen = try await nurse.send(client, .post, "/api/alerts/\(two.myAlert)/acknowledge", body: "{}")
      #expect(seen.status == .ok)
      for path in ["/api/ward", "/api/alerts"] {
        let text = String(buffer: try await nurse.send(client, .get, path).body)
        #expect(text.contains(two.mine.name), "\(path)")
        for other in [two.others.name, two.otherDevice.name, "Berta"] { #expect(!text.contains(other), "\(path)") }
      }
      // Whoever sees all sees both.
      let doctor = try await Browser.signIn(client, as: "clinician")
      for path in ["/api/ward", "/api/alerts"] {
        let text = String(buffer: try await doctor.send(client, .get, path).body)
        #expect(text.contains(two.mine.name) && text.contains(two.others.name), "\(path)")
      }
    }
  }

  /// Keys are asked for only while somebody is signed in who may see the patient.
  @Test func noKeyOfAPatientWhomNobodyMaySee() async throws {
    let two = try await Two()
    // What the devices themselves asked for in this test's place is no concern of the dashboard's.
    #expect(two.askedForKeys() == [0, 0])
    try await two.ward.service.makeTestApplication().test(.router) { client in
      _ = try await Browser.signIn(client, as: "administrator")
      _ = try await Browser.signIn(client, as: "auditor")
      await two.ward.service.readStore()
      #expect(two.askedForKeys() == [0, 0])
      let nurse = try await Browser.signIn(client, as: "nurse")
      let tiles = try await nurse.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]]
      #expect(tiles?.count == 1 && tiles?[0]["heartRate"] is Double)
      #expect((tiles?[0]["alerts"] as? [String: Any])?["severity"] as? String == "high")
      for path in ["/api/alerts", "/api/patients/\(two.others)", "/api/patients/\(two.others)/strip"] {
        _ = try await nurse.send(client, .get, path)
      }
      await two.ward.service.readStore()
      #expect(two.askedForKeys()[0] > 0 && two.askedForKeys()[1] == 0)
      // Signed out: what was open is closed, and what comes meanwhile is not opened.
      _ = try await nurse.send(client, .delete, "/api/session", body: "{}")
      await two.ward.service.readStore()
      let before = two.askedForKeys()
      let wearer = try await Wearer(device: two.myDevice, keys: two.ward.keys, preset: .normal)
      try await wearer.send(to: two.ward.store, at: two.ward.clock.now)
      await two.ward.service.readStore()
      #expect(two.askedForKeys() == before)
      // A disabled account is not signed in either.
      let again = try await Browser.signIn(client, as: "nurse")
      try await AccountAdministration(registry: two.ward.store, cost: Ward.cheap).setDisabled(true, account: "nurse")
      await two.ward.service.readStore()
      #expect(try await again.send(client, .get, "/api/ward").status == .unauthorized)
      #expect(two.askedForKeys() == before)
      let doctor = try await Browser.signIn(client, as: "clinician")
      _ = try await doctor.send(client, .get, "/api/ward")
      #expect(two.askedForKeys()[0] > before[0] && two.askedForKeys()[1] > 0)
    }
  }

  @Test func administratorsAssign() async throws {
    let two = try await Two()
    try await two.ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let administrator = try await Browser.signIn(client, as: "administrator")
      func seen() async throws -> Set<String> {
        let tiles = try await nurse.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]]
        return Set((tiles ?? []).compactMap { $0["patient"] as? String })
      }
      func change(_ method: HTTPRequest.Method, _ path: String, _ body: String = "{}") async throws -> Int {
        try await administrator.send(client, method, "/api/accounts/\(path)", body: body).status.code
      }
      #expect(try await seen() == [two.mine.name])
      #expect(try await change(.put, "nurse/patients/\(two.others)") == 204)
      #expect(try await seen() == [two.mine.name, two.others.name])
      #expect(try await change(.delete, "nurse/patients/\(two.mine)") == 204)
      #expect(try await seen() == [two.others.name])
      #expect(try await change(.patch, "nurse", #"{"seesAllPatients":true}"#) == 204)
      #expect(try await seen() == [two.mine.name, two.others.name])
      #expect(try await change(.patch, "nurse", #"{"seesAllPatients":false}"#) == 204)
      #expect(try await seen() == [two.others.name])
      // Nobody but clinicians, nobody who does not exist.
      #expect(try await change(.put, "auditor/patients/\(two.mine)") == 422)
      #expect(try await change(.put, "nurse/patients/P-ZZZZ") == 404)
      #expect(try await change(.put, "nobody/patients/\(two.mine)") == 404)
      #expect(try await change(.patch, "auditor", #"{"seesAllPatients":true}"#) == 422)
      let accounts = try await administrator.send(client, .get, "/api/accounts").json()["items"] as? [[String: Any]]
      let listed = try #require(accounts?.first { $0["name"] as? String == "nurse" })
      #expect(listed["seesAllPatients"] as? Bool == false && listed["patients"] as? [String] == [two.others.name])
      // A new account says explicitly whom it sees.
      let password = Ward.password
      for (name, patients, sees) in [
        ("all", "", true), ("none", #","patients":[]"#, false), ("one", #","patients":["\#(two.mine)"]"#, false),
      ] {
        let body = #"{"name":"\#(name)","role":"clinician","password":"\#(password)"\#(patients)}"#
        #expect(try await administrator.send(client, .post, "/api/accounts", body: body).status == .noContent)
        #expect(try await two.ward.store.account(name)?.seesAllPatients == sees)
      }
      #expect(try await two.ward.store.care(of: "one").map(\.pseudonym) == [two.mine])
      let wrong = #"{"name":"wrong","role":"clinician","password":"\#(password)","patients":["nobody"]}"#
      #expect(try await administrator.send(client, .post, "/api/accounts", body: wrong).status == .badRequest)
    }
  }

  /// A device that was handed on brings nothing of who wore it before.
  @Test func aDeviceThatIsHandedOnBringsNothing() async throws {
    let two = try await Two()
    let ward = two.ward
    let session = try #require(try await ward.store.sessions(of: two.otherDevice, limit: 1).first).reference.session
    ward.clock.advance(60)
    try await PatientAdministration(registry: ward.store, keys: ward.keys, time: ward.clock.timekeeper)
      .assign(two.otherDevice, to: two.mine)
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      let page = try await nurse.send(client, .get, "/api/patients/\(two.mine)")
      #expect(page.status == .ok && !String(buffer: page.body).contains(session.description))
      let strip = try await nurse.send(client, .get, "/api/patients/\(two.mine)/strip?session=\(session)")
      #expect(strip.status == .notFound)
      #expect(!String(buffer: try await nurse.send(client, .get, "/api/alerts").body).contains("of sb-002"))
      let hidden = try await nurse.send(client, .post, "/api/alerts/\(two.otherAlert)/acknowledge", body: "{}")
      #expect(hidden.status == .notFound)
      #expect(ward.asked.count(two.otherDevice) == 0)
    }
  }
}
