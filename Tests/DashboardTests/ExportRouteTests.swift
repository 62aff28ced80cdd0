import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

@Suite struct ExportRouteTests {
  @Test func whatLeavesIsWhatWasMeasured() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 60)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let response = try await browser.send(client, .get, "/api/patients/\(patient)/export?format=csv")
      #expect(response.status == .ok && response.headers[.contentType] == "text/csv; charset=utf-8")
      let rows = String(buffer: response.body).split(separator: "\r\n").dropFirst()
        .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
      #expect(rows.count == 60 * 187 + 300)
      // The same patient once more: before any filter.
      var wearer = SyntheticPatient(preset: .bigeminy, seed: 1)
      let truth = wearer.next(60 * 187 + 300).microvolts.map { Int(max(-32_000, min(32_000, $0))) }
      for (index, row) in rows.enumerated() {
        let isMissing = (30 * 187..<30 * 187 + 300).contains(index)
        #expect(row[0] == "\(index)" && row[2] == (isMissing ? "" : "\(truth[index])"))
        #expect(row[3] == (isMissing ? "missing" : ""))
      }
      #expect(rows.count { !$0[4].isEmpty } > 60)
    }
  }

  /// A long answer looks again who asked: that must find programs as well as persons.
  @Test func aProgramTakesALongSessionWhole() async throws {
    let chunks = 440
    let (ward, patient, _) = try await Ward.monitoring(chunks: chunks)
    let token = try await TokenAdministration(registry: ward.store, time: ward.clock.timekeeper).create(
      for: "clinician", name: "lab", scopes: ["signal:read"], days: 1
    ).token
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser().send(
        client, .get, "/api/patients/\(patient)/export?format=csv", changing: [.authorization: "Bearer \(token)"])
      #expect(response.status == .ok)
      let rows = response.body.readableBytesView.count { $0 == UInt8(ascii: "\n") } - 1
      #expect(rows == chunks * 187 + 300)
    }
  }

  @Test func everyFormatIsServedAndRecorded() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 20)
    let body = AlertBodyMaker.tachycardia(at: ward.clock.now)
    _ = try await wearer.alert(body, in: ward.store, at: ward.clock.now)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      for (format, type, start) in [
        ("csv", "text/csv; charset=utf-8", "sample,time,ecg_i_uV"), ("wfdb", "application/x-tar", "sb_"),
        ("edf", "application/octet-stream", "0       P-"), ("fhir", "application/fhir+json", "{\"resourceType\""),
        ("pdf", "application/pdf", "%PDF-1.4"),
      ] {
        let response = try await browser.send(
          client, .get, "/api/patients/\(patient)/export?format=\(format)&from=187&count=1870")
        #expect(response.status == .ok && response.headers[.contentType] == type)
        #expect(response.headers[.contentDisposition]?.contains("filename=\"\(patient)_") == true)
        #expect(response.headers[.cacheControl] == "no-store")
        #expect(String(decoding: response.body.readableBytesView.prefix(40), as: UTF8.self).hasPrefix(start))
      }
      let events = try await ward.store.chartEvents(limit: 9)
      #expect(events.map(\.format) == ["pdf", "fhir", "edf", "wfdb", "csv"])
      #expect(events.allSatisfy { $0.account == "clinician" && $0.from == 187 && $0.count == 1870 })
      ward.clock.advance(2)
      let auditor = try await Browser.signIn(client, as: "auditor")
      let list = try #require(
        try await auditor.send(client, .get, "/api/chart-events").json()["items"] as? [[String: Any]])
      #expect(
        list.count == 5 && list[0]["kind"] as? String == "export" && list[0]["patient"] as? String == patient.name)
      // A report in the reader's language, with the alert's words.
      let german = try await browser.send(
        client, .get, "/api/patients/\(patient)/export?format=pdf&language=de&from=187&count=1870")
      let text = String(decoding: german.body.readableBytesView, as: UTF8.self)
      #expect(text.contains("(EKG-Bericht)") && text.contains("(Tachykardie)") && !text.contains("(Tachycardia)"))
      for query in ["format=xml", "format=pdf&language=fr", "count=0", "from=-1", "from=99999999999"] {
        #expect(try await browser.send(client, .get, "/api/patients/\(patient)/export?\(query)").status == .badRequest)
      }
      let beyond = try await browser.send(client, .get, "/api/patients/\(patient)/export?from=100000")
      #expect(beyond.problem == "nothing-to-export")
      #expect(try await ward.store.chartEvents(limit: 9).count == 6)
    }
  }
}
