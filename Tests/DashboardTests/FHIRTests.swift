import Cardio
import Dashboard
import Foundation
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// FHIR R4 resources. Whether they are valid, `Tests/EndToEnd/test_api.py` asks `fhir.resources`.
@Suite struct FHIRTests {
  private func withWard(_ body: @Sendable @escaping (Ward, Pseudonym, any TestClientProtocol) async throws -> Void)
    async throws
  {
    let vault = FakeVault()
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
    for _ in 0..<12 { try await wearer.send(to: ward.store, at: ward.clock.now) }
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { try await body(ward, patient, $0) }
  }

  private static func entries(_ bundle: [String: Any]) -> [[String: Any]] {
    (bundle["entry"] as? [[String: Any]] ?? []).compactMap { $0["resource"] as? [String: Any] }
  }

  @Test func everyHeartRateIsFoundOnceOverAllPages() async throws {
    try await withWard { _, patient, client in
      let browser = try await Browser.signIn(client, as: "clinician")
      var uri: String? = "/fhir/Observation?patient=Patient/\(patient)&_count=3"
      var found: [String] = []
      var pages = 0
      while let address = uri, pages < 20 {
        let bundle = try await browser.send(client, .get, address).json()
        let page = Self.entries(bundle)
        #expect(page.count <= 3)
        found += page.compactMap { $0["id"] as? String }
        let links = bundle["link"] as? [[String: String]] ?? []
        uri = links.first { $0["relation"] == "next" }?["url"].flatMap { URL(string: $0) }.map {
          "\($0.path())?\($0.query() ?? "")"
        }
        pages += 1
      }
      #expect(pages > 2 && found.count > 6 && Set(found).count == found.count)
      // Each can be read by its own address.
      let first = try await browser.send(client, .get, "/fhir/Observation/\(try #require(found.first))")
      #expect(try first.json()["valueQuantity"] != nil)
    }
  }

  @Test func aStripHasItsSamples() async throws {
    try await withWard { _, patient, client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let bundle = try await browser.send(client, .get, "/fhir/Observation?patient=\(patient)&code=131328&_count=2")
        .json()
      let strips = Self.entries(bundle)
      #expect(strips.count == 2)
      let sampled = try #require(strips.first?["valueSampledData"] as? [String: Any])
      #expect((sampled["data"] as? String)?.split(separator: " ").count == 187 && sampled["period"] as? Int == 8)
      let id = try #require(strips.first?["id"] as? String)
      #expect(try await browser.send(client, .get, "/fhir/Observation/\(id)").json()["id"] as? String == id)
    }
  }

  @Test func patientsAndDevices() async throws {
    try await withWard { _, patient, client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let one = try await browser.send(client, .get, "/fhir/Patient/\(patient)").json()
      #expect(one["birthDate"] as? String == "1950-02-28")
      let all = try await browser.send(client, .get, "/fhir/Patient").json()
      #expect(Self.entries(all).count == 1)
      let device = try await browser.send(client, .get, "/fhir/Device/sb-001").json()
      #expect((device["patient"] as? [String: String])?["reference"] == "Patient/\(patient)")
      #expect(Self.entries(try await browser.send(client, .get, "/fhir/Device?patient=P-AAAA").json()).isEmpty)
    }
  }

  /// Refusals are OperationOutcomes with our stable code.
  @Test(arguments: [
    ("/fhir/Patient/P-ZZZZ", "not-found"), ("/fhir/Observation", "bad-request"),
    ("/fhir/Observation?patient=P-ZZZZ", "not-found"), ("/fhir/Observation?patient=x", "bad-request"),
    ("/fhir/Patient?_count=0", "bad-request"), ("/fhir/Patient?_count=101", "bad-request"),
    ("/fhir/Observation/hr-00000000000000000000000000000000-0", "not-found"), ("/fhir/Observation/x", "not-found"),
    ("/fhir/AuditEvent", "forbidden"),
  ])
  func refusalsAreOutcomes(path: String, code: String) async throws {
    try await withWard { _, _, client in
      let response = try await Browser.signIn(client, as: "clinician").send(client, .get, path)
      #expect(response.code == code, "\(path)")
      #expect(response.headers[.contentType]?.hasPrefix("application/fhir+json") == true)
      #expect(try response.json()["resourceType"] as? String == "OperationOutcome")
    }
  }

  @Test func auditEventsAreTheVaults() async throws {
    let vault = FakeVault()
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    let entry =
      #"{"sequence":7,"time":1767225600123456,"actor":"svc.decryptor","action":"release","outcome":"done","object":"device/sb-001","purpose":"session","reason":""}"#
    vault.answer(200, "[\(entry),\(entry.replacing("7,", with: "8,"))]")
    try await ward.service.makeTestApplication().test(.router) { client in
      let auditor = try await Browser.signIn(client, as: "auditor")
      let bundle = try await auditor.send(client, .get, "/fhir/AuditEvent?_count=1&type=110100").json()
      let events = Self.entries(bundle)
      #expect(events.count == 1 && events.first?["recorded"] as? String == "2026-01-01T00:00:00.123Z")
      #expect(vault.asked.last?.role == "auditor" && vault.asked.last?.path.hasPrefix("/v1/audit?from=1&") == true)
      #expect(events.first?["id"] as? String == "vault-7")
      let links = bundle["link"] as? [[String: String]] ?? []
      #expect(links.contains { $0["relation"] == "next" && $0["url"]?.hasSuffix(".8&type=110100") == true })
      vault.answer(403, #"{"error":{"code":"forbidden","reason":"no"}}"#)
      #expect(try await auditor.send(client, .get, "/fhir/AuditEvent").code == "forbidden")
    }
  }

  @Test func anybodyMayReadWhatTheServerCanDo() async throws {
    try await withWard { _, _, client in
      let response = try await Browser().send(client, .get, "/fhir/metadata")
      #expect(try response.json()["fhirVersion"] as? String == "4.0.1")
    }
  }
}
