import AlertDelivery
import AlertPolicy
import Cardio
import Dashboard
import Findings
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVaultClient
import Store
import Synchronization
import Testing
import Wire

/// What people do about alerts, over the API.
@Suite struct AlertWorkflowTests {
  /// One patient with an alert of high severity and one of low; `nurse` sees the patient, `stranger` nobody.
  private struct Bench {
    let ward: Ward
    let patient: Pseudonym
    let high: AlertID
    let low: AlertID

    init() async throws {
      ward = try Ward()
      try await ward.addAccounts()
      let device = try #require(DeviceID("sb-001"))
      patient = try await ward.addPatient(device: device)
      let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
      for _ in 0..<4 { try await wearer.send(to: ward.store, at: ward.clock.now) }
      var alerts: [AlertID] = []
      for (rule, severity) in [(AlertRule.tachycardia, AlertSeverity.high), (.leadOff, .low)] {
        let body = AlertBody(
          rule: rule, severity: severity, onset: ward.clock.now, onsetSample: 1, explanation: "what was measured")
        alerts.append(try await wearer.alert(body, in: ward.store, at: ward.clock.now))
      }
      (high, low) = (alerts[0], alerts[1])
      try await ward.addClinician("nurse", seeing: [patient])
      try await ward.addClinician("stranger", seeing: [])
      await ward.service.readStore()
    }

    func with(
      _ account: String, _ body: @escaping @Sendable (Browser, any TestClientProtocol) async throws -> Void
    ) async throws {
      try await ward.service.makeTestApplication().test(.router) { client in
        ward.clock.advance(2)
        try await body(try await Browser.signIn(client, as: account), client)
      }
    }
  }

  @Test func eachActionChangesTheAlertAndItsLog() async throws {
    let bench = try await Bench()
    try await bench.with("nurse") { browser, client in
      let path = "/api/alerts/\(bench.high)"
      let snoozed = try await browser.send(
        client, .post, path + "/snooze", body: #"{"minutes":30,"reason":"patient in the shower, Max Muster"}"#
      ).json()
      #expect(snoozed["phase"] as? String == "snoozed")
      let assigned = try await browser.send(client, .post, path + "/assignment", body: #"{"account":"clinician"}"#)
        .json()
      #expect(assigned["assignedTo"] as? String == "clinician" && assigned["acknowledgedBy"] as? String == "nurse")
      let resolved = try await browser.send(
        client, .post, path + "/resolution", body: #"{"reason":"artefact"}"#
      ).json()
      #expect(resolved["phase"] as? String == "done" && resolved["closedBy"] as? String == "nurse")
      let detail = try await browser.send(client, .get, path).json()
      let events = try #require(detail["events"] as? [[String: Any]])
      #expect(events.map { $0["kind"] as? String } == ["snoozed", "assigned", "resolved"])
      #expect(events.map { $0["reason"] as? String } == ["patient in the shower, Max Muster", nil, "artefact"])
      #expect(detail["assignees"] as? [String] == ["clinician", "nurse"])
      // Reasons are health data: what rests does not show them.
      for event in bench.ward.store.state.withLock({ $0.events }) {
        #expect(!String(decoding: event.box ?? [], as: UTF8.self).contains("shower"))
      }
      let again = try await browser.send(
        client, .post, path + "/snooze", body: #"{"minutes":30,"reason":"x"}"#)
      #expect(again.status == .conflict && again.problem == "alert-resolved")
    }
  }

  @Test func whatMakesNoSenseIsRefusedAndChangesNothing() async throws {
    let bench = try await Bench()
    try await bench.with("nurse") { browser, client in
      let path = "/api/alerts/\(bench.high)"
      for (part, body, status, code) in [
        ("snooze", #"{"minutes":61,"reason":"x"}"#, 409, "snooze-too-long"),
        ("snooze", #"{"minutes":0,"reason":"x"}"#, 400, "bad-request"),
        ("snooze", #"{"minutes":5,"reason":" "}"#, 422, "reason-missing"),
        ("resolution", #"{"reason":""}"#, 422, "reason-missing"),
        ("resolution", #"{}"#, 400, "bad-request"),
        ("assignment", #"{"account":"stranger"}"#, 422, "no-such-clinician"),
        ("assignment", #"{"account":"administrator"}"#, 422, "no-such-clinician"),
      ] {
        let answer = try await browser.send(client, .post, "\(path)/\(part)", body: body)
        #expect(answer.status.code == status && answer.problem == code, "\(part) \(body)")
      }
    }
    #expect(bench.ward.store.state.withLock { $0.events.isEmpty })
    try await bench.with("stranger") { browser, client in
      for (method, part) in [
        (HTTPRequest.Method.get, ""), (.post, "/acknowledge"), (.post, "/assignment"), (.post, "/snooze"),
        (.post, "/resolution"),
      ] {
        let answer = try await browser.send(
          client, method, "/api/alerts/\(bench.high)\(part)",
          body: method == .get ? nil : #"{"reason":"x","minutes":5,"account":"stranger"}"#)
        #expect(answer.status == .notFound, "\(part)")
      }
    }
  }

  @Test func theInboxIsFiltered() async throws {
    let bench = try await Bench()
    try await bench.with("nurse") { browser, client in
      func listed(_ query: String) async throws -> [String] {
        let answer = try await browser.send(client, .get, "/api/alerts?\(query)").json()
        return try #require(answer["items"] as? [[String: Any]]).compactMap { $0["id"] as? String }
      }
      #expect(try await listed("phase=attention").count == 2)
      #expect(try await listed("severity=high") == ["\(bench.high)"])
      #expect(try await listed("severity=low&phase=new") == ["\(bench.low)"])
      #expect(try await listed("assigned=me").isEmpty)
      _ = try await browser.send(
        client, .post, "/api/alerts/\(bench.low)/assignment", body: #"{"account":"nurse"}"#)
      #expect(try await listed("assigned=me") == ["\(bench.low)"])
      #expect(try await listed("phase=acknowledged") == ["\(bench.low)"])
      _ = try await browser.send(client, .post, "/api/alerts/\(bench.low)/resolution", body: #"{"reason":"fixed"}"#)
      #expect(try await listed("phase=done") == ["\(bench.low)"])
      #expect(try await listed("phase=attention") == ["\(bench.high)"])
      #expect(try await browser.send(client, .get, "/api/alerts?phase=none").status == .badRequest)
      #expect(try await browser.send(client, .get, "/api/alerts?severity=deadly").status == .badRequest)
    }
  }

  // MARK: Plans

  @Test func aPlanIsPutByWhoHasSeenTheLastOne() async throws {
    let bench = try await Bench()
    try await bench.with("nurse") { browser, client in
      let path = "/api/patients/\(bench.patient)/plan"
      let first = try await browser.send(client, .get, path).json()
      #expect(first["revision"] as? Int == 0)
      #expect((first["limits"] as? [String: Any])?["tachycardia"] != nil)
      let plan = """
        {"steps":[{"contacts":[{"label":"Night nurse","mail":"night@clinic.example","atLeast":"low"}],\
        "minutesUntilNext":10}],"escalatesFrom":"medium","timeZone":"Europe/Vienna","quietHours":{"fromMinute":1320,\
        "untilMinute":360},"dailyBudget":5,"digestMinutes":[420],"limits":{}}
        """
      let put = try await browser.send(client, .put, path, body: #"{"plan":\#(plan),"revision":0}"#)
      #expect(put.status == .ok, "\(String(buffer: put.body))")
      let conflict = try await browser.send(client, .put, path, body: #"{"plan":\#(plan),"revision":0}"#)
      #expect(conflict.status == .conflict && conflict.problem == "plan-changed")
      let shown = try await browser.send(client, .get, path).json()
      let steps = (shown["plan"] as? [String: Any])?["steps"] as? [[String: Any]]
      #expect((steps?.first?["contacts"] as? [[String: Any]])?.first?["mail"] as? String == "night@clinic.example")
      #expect(shown["updatedBy"] as? String == "nurse")
      let revision = try #require(shown["revision"] as? Int)
      let bad = try await browser.send(
        client, .put, path,
        body: #"{"plan":\#(plan.replacing("Europe/Vienna", with: "Nowhere")),"revision":\#(revision)}"#)
      #expect(bad.status == .unprocessableContent && bad.problem == "bad-plan")
    }
    // Addresses are personal data: what rests is sealed.
    let stored = try #require(bench.ward.store.state.withLock { $0.plans.values.first })
    #expect(!String(decoding: stored.box, as: UTF8.self).contains("night@"))
    try await bench.with("stranger") { browser, client in
      let answer = try await browser.send(client, .get, "/api/patients/\(bench.patient)/plan")
      #expect(answer.status == .notFound)
    }
  }

  // MARK: Links

  private func token(_ bench: Bench, expires: UInt64? = nil) async throws -> String {
    let signer = try AcknowledgementSigner(planKey: await bench.ward.keys.recordKey(.plans))
    return try #require(
      signer.token(
        AcknowledgementLink(
          alert: bench.high, receiver: "0123456789abcdef", severity: .high,
          expires: expires ?? bench.ward.clock.now / 1_000_000 + 60)))
  }

  @Test func aLinkIsReadWithoutEffectAndFollowedOnce() async throws {
    let bench = try await Bench()
    let path = "/api/acknowledgements/\(try await token(bench))"
    try await bench.ward.service.makeTestApplication().test(.router) { client in
      let anybody = Browser()
      let view = try await anybody.send(client, .get, path).json()
      #expect(view["patient"] as? String == bench.patient.name && view["severity"] as? String == "high")
      #expect(Set(view.keys) == ["patient", "severity", "openedMs", "isClosed", "expiresMs"])
      #expect(bench.ward.store.state.withLock { $0.events.isEmpty })
      // A foreign page, or a form that a mail carries, cannot follow it.
      let foreign = try await anybody.send(client, .post, path, body: "{}", changing: [.origin: "https://evil.example"])
      #expect(foreign.problem == "foreign-request")
      for _ in 0..<2 {
        let followed = try await anybody.send(client, .post, path, body: "{}").json()
        #expect(followed["acknowledgedMs"] != nil)
      }
    }
    let alert = try #require(bench.ward.store.state.withLock { $0.alerts[bench.high] })
    #expect(alert.acknowledgedBy == "link:0123456789abcdef" && alert.state == .acknowledged)
    #expect(bench.ward.store.state.withLock { $0.events.map(\.actor) } == ["link:0123456789abcdef"])
  }

  @Test func noOtherTokenOpensAnything() async throws {
    let bench = try await Bench()
    let good = try await token(bench)
    let expired = try await token(bench, expires: bench.ward.clock.now / 1_000_000)
    try await bench.ward.service.makeTestApplication().test(.router) { client in
      let anybody = Browser()
      func answer(_ token: String, _ method: HTTPRequest.Method = .post) async throws -> String? {
        try await anybody.send(client, method, "/api/acknowledgements/\(token)", body: method == .get ? nil : "{}")
          .problem
      }
      #expect(try await answer(expired) == "link-expired")
      #expect(try await answer(expired, .get) == "link-expired")
      #expect(try await answer("B" + good.dropFirst()) == "not-found")
      #expect(try await answer(String(good.dropLast())) == "not-found")
      #expect(try await answer("x") == "not-found")
      // Trying costs: after a while an address has to wait.
      var last: String?
      for _ in 0..<40 { last = try await answer("x", .get) }
      #expect(last == "too-many-attempts")
      bench.ward.clock.advance(10)
      #expect(try await answer(good, .get) == nil)
    }
    #expect(bench.ward.store.state.withLock { $0.events.isEmpty })
  }
}
