import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Synchronization
import Testing
import Wire

/// That whoever is shown something of a patient stands on record.
@Suite struct ViewTests {
  /// Routes for clinicians that show nothing of a patient: one's own accesses, and devices without who wears them being asked for.
  private static let silent: Set<Endpoint> = [.listOwnEmergencyAccess, .searchFHIRDevices]
  /// What shows a patient among others.
  private static let overviews: [Endpoint: ChartView.Kind] = [
    .showWard: .ward, .searchPatients: .ward, .listAlerts: .alerts,
  ]

  private func looks(of account: String, in ward: Ward) -> [ChartView] {
    ward.store.state.withLock { $0.chartViews.filter { $0.account == account } }
  }

  /// A new route for clinicians that shows a patient and leaves no record fails here.
  @Test func everyRouteThatShowsAPatientLeavesARecord() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 8)
    let alert = try await wearer.alert(
      AlertBodyMaker.tachycardia(at: ward.clock.now), in: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    // The event stream has no end: `EventStreamTests`.
    let endpoints = Endpoint.allCases.filter {
      $0.rule == .only([.clinician]) && ($0.method == .get || $0 == .previewPlan) && $0 != .streamEvents
    }
    #expect(endpoints.count > 20)
    try await ward.service.makeTestApplication().test(.router) { client in
      let clinician = try await Browser.signIn(client, as: "clinician")
      let shown = try await clinician.send(client, .get, "/api/patients/\(patient)/plan").json()
      let draft = try JSONSerialization.data(withJSONObject: ["plan": try #require(shown["plan"])])
      for (index, endpoint) in endpoints.enumerated() {
        let account = "c\(index)"
        try await ward.addClinician(account, seeing: [patient])
        let browser = try await Browser.signIn(client, as: account)
        var path = endpoint.path.replacing("{pseudonym}", with: patient.name).replacing("{device}", with: "sb-001")
          .replacing("{alert}", with: "\(alert)").replacing(
            "{observation}", with: "ecg-\(wearer.reference.session)-2")
        if endpoint == .searchObservations { path += "?patient=\(patient)" }
        let body = endpoint == .previewPlan ? String(decoding: draft, as: UTF8.self) : nil
        let answer = try await browser.send(client, endpoint.method, path, body: body)
        #expect(answer.status == .ok, "\(endpoint)")
        let looks = looks(of: account, in: ward)
        if Self.silent.contains(endpoint) {
          #expect(looks.isEmpty, "\(endpoint)")
        } else {
          #expect(looks.map(\.pseudonym) == [patient], "\(endpoint)")
          #expect(looks.map(\.kind) == [Self.overviews[endpoint] ?? .chart], "\(endpoint)")
        }
      }
    }
  }

  @Test func anOverviewIsOneLookAShift() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 4)
    _ = try await ward.addPatient(name: "Bert", device: try #require(DeviceID("sb-002")))
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      for _ in 0..<3 {
        ward.clock.advance(2)
        #expect(try await browser.send(client, .get, "/api/ward").status == .ok)
      }
      #expect(looks(of: "clinician", in: ward).map(\.kind) == [.ward, .ward])
      // A look at one of them is another matter.
      #expect(try await browser.send(client, .get, "/api/patients/\(patient)").status == .ok)
      #expect(looks(of: "clinician", in: ward).map(\.kind) == [.ward, .ward, .chart])
      ward.clock.advance(8 * 3600)
      let later = try await Browser.signIn(client, as: "clinician")
      #expect(try await later.send(client, .get, "/api/ward").status == .ok)
      #expect(looks(of: "clinician", in: ward).count == 5)
    }
  }

  /// Whoever asks for somebody they may not see was shown nobody.
  @Test func whatIsNotShownIsNoLook() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 4)
    try await ward.addClinician("nurse", seeing: [])
    try await ward.service.makeTestApplication().test(.router) { client in
      let nurse = try await Browser.signIn(client, as: "nurse")
      for path in [
        "/fhir/Patient?_id=\(patient)", "/fhir/Device?patient=\(patient)", "/fhir/Observation?patient=\(patient)",
        "/fhir/Observation/ecg-\(wearer.reference.session)-1", "/api/patients/\(patient)/strip", "/api/ward",
        "/api/alerts",
      ] { _ = try await nurse.send(client, .get, path) }
      #expect(looks(of: "nurse", in: ward).isEmpty)
    }
  }

  /// An alert is about who wore the device when its episode was found, whoever wears it now, and however much the others' alerts hold.
  @Test func anAlertNamesWhoWoreTheDevice() async throws {
    let ward = try Ward(vault: FakeVault())
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let first = try await ward.addPatient(device: device)
    let second = try await ward.addPatient(name: "Bert", device: try #require(DeviceID("sb-002")))
    var alerts: [AlertID] = []
    for wearer in [first, second, nil] {
      ward.clock.advance(60)
      try await ward.store.assign(device, to: wearer, at: ward.clock.now)
      ward.clock.advance(60)
      let worn = try await Wearer(device: device, keys: ward.keys, preset: .normal)
      try await worn.send(to: ward.store, at: ward.clock.now)
      alerts.append(
        try await worn.alert(AlertBodyMaker.tachycardia(at: ward.clock.now), in: ward.store, at: ward.clock.now))
    }
    let now = ward.clock.now
    let deeds = (0..<70).map { AlertEvent(alert: alerts[1], kind: .snoozed, at: now + $0, actor: "nurse") }
    ward.store.state.withLock { state in
      state.events += deeds
      for alert in alerts {
        state.events.append(AlertEvent(alert: alert, kind: .acknowledged, at: now + 100, actor: "nurse"))
      }
    }
    ward.clock.advance(60)
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      func told(_ query: String) async throws -> [String?] {
        let bundle = try await auditor.send(
          client, .get, "/fhir/AuditEvent?_count=5&type=110110&subtype=acknowledged&\(query)"
        ).json()
        let found = (bundle["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] as? [String: Any] }
        return found.map { resource in
          (resource["entity"] as? [[String: Any]] ?? []).compactMap {
            ($0["what"] as? [String: Any])?["reference"] as? String
          }.first { $0.hasPrefix("Patient/") }
        }
      }
      #expect(try await told("entity=Device/sb-001") == ["Patient/\(first)", "Patient/\(second)", nil])
      #expect(try await told("patient=\(first)") == ["Patient/\(first)"])
      #expect(try await told("patient=\(second)") == ["Patient/\(second)"])
      #expect(try await told("patient=\(first)&entity=Device/sb-001") == ["Patient/\(first)"])
      #expect(try await told("patient=\(first)&entity=Device/sb-002").isEmpty)
    }
  }

  @Test func wearingsSayWhoWoreWhat() throws {
    let (one, other) = (try #require(Pseudonym("P-AAAA")), try #require(Pseudonym("P-BBBB")))
    let (first, second) = (try #require(DeviceID("sb-001")), try #require(DeviceID("sb-002")))
    let history = WearingHistory([
      DeviceWearing(device: first, patient: one, since: 10), DeviceWearing(device: second, patient: one, since: 15),
      DeviceWearing(device: first, patient: nil, since: 20), DeviceWearing(device: first, patient: other, since: 30),
    ])
    #expect(
      [9, 10, 19, 20, 29, 30, .max].map { history.wearer(of: first, at: $0) } == [
        nil, one, one, nil, nil, other, other,
      ])
    #expect(history.devices(of: one) == [first, second] && history.devices(of: other) == [first])
    #expect(history.wearer(of: try #require(DeviceID("sb-003")), at: 5) == nil)
  }
}
