import Cardio
import Dashboard
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import KeyVaultClient
import Store
import Testing
import Wire

@Suite struct ChartTests {
  private func ward(chunks: Int = 60) async throws -> (Ward, Pseudonym, Wearer) {
    let ward = try Ward()
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .bigeminy)
    for _ in 0..<chunks {
      ward.clock.advance(1.496)
      try await wearer.send(to: ward.store, at: ward.clock.now)
    }
    await ward.service.readStore()
    return (ward, patient, wearer)
  }

  private static func json(_ value: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: value), as: UTF8.self)
  }

  @Test func trendsVariabilityAndMorphologyAreOfTheWholeSession() async throws {
    let (ward, patient, _) = try await ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let root = "/api/patients/\(patient)"
      let beats = try #require(
        try await browser.send(client, .get, "\(root)/beats").json()["items"] as? [[String: Any]])
      let trends = try await browser.send(client, .get, "\(root)/trends?points=50").json()
      let buckets = try #require(trends["buckets"] as? [[String: Any]])
      #expect(trends["bucketSamples"] as? Int == 1250 && buckets.count == 9)
      #expect(buckets.compactMap { $0["beats"] as? Int }.reduce(0, +) == beats.count)
      #expect(buckets.compactMap { $0["missingSamples"] as? Int }.reduce(0, +) == 0)
      #expect(buckets.allSatisfy { $0.keys.contains("heartRateMedian") && $0["classes"] is [String: Int] })
      let tachogram = try #require(trends["tachogram"] as? [[String: Any]])
      #expect(tachogram.count == 50)
      let variability = try await browser.send(client, .get, "\(root)/variability").json()
      // In bigeminy every second beat is ectopic: hardly an interval is normal-to-normal.
      let normal = try #require(variability["beats"] as? Int)
      #expect(normal < beats.count / 8)
      let shape = try await browser.send(client, .get, "\(root)/morphology?beats=20").json()
      let overlay = try #require(shape["beats"] as? [[String: Any]])
      #expect(overlay.count == 20 && overlay.allSatisfy { ($0["microvolts"] as? [Int])?.count == 125 })
      let median = try #require(shape["median"] as? [Int])
      let before = try #require(shape["samplesBefore"] as? Int)
      #expect(median.indices.max { median[$0] < median[$1] } == before)
      let intervals = try #require(shape["intervals"] as? [String: Any])
      #expect(intervals["formula"] as? String == "Fridericia")
      let qrs = try #require(intervals["qrsMs"] as? Double)
      #expect((60...140).contains(qrs))
      for query in ["trends?points=1", "morphology?beats=201", "variability?count=0", "trends?from=99999999999"] {
        #expect(try await browser.send(client, .get, "\(root)/\(query)").status == .badRequest)
      }
    }
  }

  @Test func aNoteIsSealedSignedAndTold() async throws {
    let (ward, patient, wearer) = try await ward(chunks: 8)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let root = "/api/patients/\(patient)"
      let text = "<b>Palpitations</b>\nafter stairs — \u{1F493}"
      let session = wearer.reference.session.description
      let made = try await browser.send(
        client, .post, "\(root)/notes",
        body: try Self.json(["session": session, "sample": 300, "untilSample": 900, "text": text]))
      #expect(made.status == .ok)
      let items = try #require(
        try await browser.send(client, .get, "\(root)/marks").json()["items"] as? [[String: Any]])
      #expect(items.count == 1 && items[0]["text"] as? String == text && items[0]["author"] as? String == "clinician")
      #expect(items[0]["sample"] as? Int == 300 && items[0]["untilSample"] as? Int == 900)
      #expect(items[0]["atMs"] as? UInt64 == ward.clock.now / 1000)
      // Nothing of it is in the clear, and the record says that it was made, not what it says.
      let stored = try #require(try await ward.store.marks(of: wearer.reference, limit: 10).first)
      #expect(!String(decoding: stored.box, as: UTF8.self).contains("Palp"))
      #expect(try await ward.store.chartEvents(limit: 9).map(\.kind) == [.note])
      // Under another author's name it does not open.
      ward.store.change { state in
        state.marks = [
          MarkRecord(
            number: 1, id: stored.id, reference: stored.reference, author: "somebody", at: stored.at, box: stored.box)
        ]
      }
      let forged = try await browser.send(client, .get, "\(root)/marks").json()["items"] as? [Any]
      #expect(forged?.isEmpty == true)
    }
  }

  @Test func aLabelStandsBesideTheMachines() async throws {
    let (ward, patient, wearer) = try await ward(chunks: 20)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let root = "/api/patients/\(patient)"
      let beats = try #require(
        try await browser.send(client, .get, "\(root)/beats").json()["items"] as? [[String: Any]])
      let position = try #require(beats[5]["position"] as? Double)
      func label(_ label: String, at position: Double, reason: String = "compensatory pause") async throws
        -> TestResponse
      {
        try await browser.send(
          client, .post, "\(root)/labels",
          body: try Self.json([
            "session": wearer.reference.session.description, "position": position, "label": label, "reason": reason,
          ]))
      }
      #expect(try await label("S", at: position).status == .ok)
      #expect(try await label("V", at: position).status == .ok)
      #expect(try await label("X", at: position).status == .badRequest)
      #expect(try await label("V", at: position, reason: " ").problem == "reason-missing")
      #expect(try await label("V", at: position + 0.01).status == .notFound)
      let marks = try #require(
        try await browser.send(client, .get, "\(root)/marks").json()["items"] as? [[String: Any]])
      #expect(marks.map { $0["label"] as? String } == ["S", "V"])
      #expect(marks.map { $0["isCurrent"] as? Bool } == [false, true])
      let after = try #require(
        try await browser.send(client, .get, "\(root)/beats").json()["items"] as? [[String: Any]])
      #expect(after[5]["clinicianLabel"] as? String == "V")
      #expect(after[5]["isAbnormal"] as? Bool == beats[5]["isAbnormal"] as? Bool)
      #expect(after.count { $0["clinicianLabel"] != nil } == 1)
    }
  }

  @Test(
    arguments: [
      ["sample": 5, "text": ""], ["sample": 5, "text": String(repeating: "a", count: 2001)],
      ["sample": 5, "text": "a\u{0}b"], ["sample": 5, "untilSample": 5, "text": "x"],
      ["sample": 99_999_999_999, "text": "x"],
    ] as [[String: any Sendable]]) func hostileNotesAreRefused(note: [String: any Sendable]) async throws
  {
    let (ward, patient, wearer) = try await ward(chunks: 1)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      var body = note
      body["session"] = wearer.reference.session.description
      let response = try await browser.send(client, .post, "/api/patients/\(patient)/notes", body: try Self.json(body))
      #expect([400, 422].contains(response.status.code))
      #expect(try await ward.store.lastMark() == 0)
    }
  }

  @Test func whatCannotBeRecordedOrIsTooMuchIsRefused() async throws {
    let (ward, patient, wearer) = try await ward(chunks: 1)
    let mark = MarkRecord(id: [], reference: wearer.reference, author: "a", at: 1, box: [])
    ward.store.change { $0.marks = Array(repeating: mark, count: 2000) }
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let body = try Self.json(["session": wearer.reference.session.description, "sample": 1, "text": "x"])
      let response = try await browser.send(client, .post, "/api/patients/\(patient)/notes", body: body)
      #expect(response.problem == "too-many-marks")
    }
  }

  @Test func aPatientOutOfScopeTakesNoMark() async throws {
    let (ward, patient, wearer) = try await ward(chunks: 1)
    try await ward.addClinician("nurse", seeing: [])
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "nurse")
      let session = wearer.reference.session.description
      for (path, body) in [
        ("notes", ["session": session, "sample": 1, "text": "x"] as [String: Any]),
        ("labels", ["session": session, "position": 1, "label": "V", "reason": "x"]),
      ] {
        let response = try await browser.send(
          client, .post, "/api/patients/\(patient)/\(path)", body: try Self.json(body))
        #expect(response.status == .notFound)
      }
      #expect(try await ward.store.lastMark() == 0)
    }
  }
}
