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

@Suite struct SignalTests {
  @Test func theWardSaysWhatWasMeasured() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 40)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let tile = try #require(
        (try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])?.first)
      #expect(tile["patient"] as? String == patient.name && tile["name"] as? String == "Anna Muster")
      #expect(tile["state"] as? String == "live" && tile["link"] as? String == "online")
      #expect(tile["session"] as? String == wearer.reference.session.description)
      let rate = try #require(tile["heartRate"] as? Double)
      #expect(rate > 40)
      let rhythm = try #require(tile["rhythm"] as? [String: Any])
      // Every other beat is ectopic.
      #expect(rhythm["code"] as? String == "frequent-abnormal")
      let share = try #require(rhythm["abnormalShare"] as? Double)
      #expect(abs(share - 0.5) < 0.1)
    }
  }

  @Test func silenceIsSaid() async throws {
    let (ward, _, _) = try await Ward.monitoring(chunks: 20)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      ward.clock.advance(4.1)
      let tile = (try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])?.first
      #expect(tile?["state"] as? String == "no-data")
    }
  }

  @Test func aStripHoldsItsGap() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 20)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      // Sample 1870 is the end of the tenth chunk; the eleventh begins 300 later.
      let response = try await browser.send(
        client, .get, "/api/patients/\(patient)/strip?from=1700&count=800"
      ).json()
      let pieces = try #require(response["pieces"] as? [[String: Any]])
      #expect(pieces.map { $0["firstSample"] as? Int } == [1683, 2170, 2357])
      #expect(pieces.map { $0["missing"] as? Int } == [0, 300, 0])
      for piece in pieces {
        let text = try #require(piece["samples"] as? String)
        let data = try #require(Data(base64Encoded: text))
        #expect(data.count == 2 * 187)
      }
      let beats = try #require(response["beats"] as? [[String: Any]])
      #expect(!beats.isEmpty && beats.allSatisfy { (1700..<2500).contains($0["position"] as? Double ?? 0) })
    }
  }

  @Test(arguments: ["?from=-1", "?count=0", "?count=65537", "?channel=emg", "?count=x", "?from=99999999999999999"])
  func hostileRangesAreRefused(query: String) async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 2)
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser.signIn(client, as: "clinician")
        .send(client, .get, "/api/patients/\(patient)/strip\(query)")
      #expect(response.status == .badRequest)
    }
  }

  @Test func aSessionOfAnotherDeviceIsNotFound() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 2)
    let other = try #require(DeviceID("sb-002"))
    _ = try await ward.addPatient(name: "Other", device: other)
    let foreign = try await Wearer(device: other, keys: ward.keys, preset: .normal)
    try await foreign.send(to: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser.signIn(client, as: "clinician")
        .send(client, .get, "/api/patients/\(patient)/strip?session=\(foreign.reference.session)")
      #expect(response.status == .notFound)
    }
  }

  @Test func theSpectrumIsOfOneStretch() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 20)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/spectrum"
      let full = try await browser.send(client, .get, path).json()
      let seconds = try #require(full["seconds"] as? Double)
      #expect(abs(seconds - 8.976) < 0.001)
      let amplitudes = try #require(full["microvolts"] as? [Double])
      #expect(amplitudes.count > 100)
      wearer.skip(50)
      try await wearer.send(to: ward.store, at: ward.clock.now)
      await ward.service.readStore()
      let short = try await browser.send(client, .get, path).json()
      let rest = try #require(short["seconds"] as? Double)
      #expect(abs(rest - 1.496) < 0.001)
    }
  }

  @Test func aRefusedKeyIsSaid() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 3)
    let other = try #require(DeviceID("sb-009"))
    let second = try await ward.addPatient(name: "Revoked", device: other)
    let wearer = try await Wearer(device: other, keys: ward.keys, preset: .normal)
    ward.keys.refuse(other, .destroyed)
    try await wearer.send(to: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let strip = try await browser.send(client, .get, "/api/patients/\(second)/strip")
      #expect(strip.status == .forbidden && strip.problem == "key-refused")
      let tiles = try #require(try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])
      #expect(tiles.first { $0["patient"] as? String == second.name }?["state"] as? String == "key-refused")
      #expect(tiles.first { $0["patient"] as? String == patient.name }?["state"] as? String == "live")
    }
  }

  @Test func alertsAreOpenedAcknowledgedAndCounted() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 20)
    let body = AlertBody(
      rule: .tachycardia, severity: .medium, onset: ward.clock.now, onsetSample: 1,
      explanation: "150/min, limit 130/min.",
      heartRate: 150)
    let id = try await wearer.alert(body, in: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let items = try #require(try await browser.send(client, .get, "/api/alerts").json()["items"] as? [[String: Any]])
      #expect(items.count == 1 && items[0]["explanation"] as? String == "150/min, limit 130/min.")
      #expect(items[0]["patient"] as? String == patient.name && items[0]["severity"] as? String == "medium")
      let seen = try await browser.send(client, .post, "/api/alerts/\(id)/acknowledge")
      #expect(try seen.json()["acknowledgedBy"] as? String == "clinician")
      await ward.service.readStore()
      let tile = (try await browser.send(client, .get, "/api/ward").json()["patients"] as? [[String: Any]])?.first
      let counts = try #require(tile?["alerts"] as? [String: Any])
      #expect(counts["unresolved"] as? Int == 1 && counts["unacknowledged"] as? Int == 0)
      #expect(try await browser.send(client, .post, "/api/alerts/zz/acknowledge").status == .notFound)
    }
  }

  @Test func aBrokenStoreIsOneClearAnswer() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 3)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      ward.store.state.withLock { $0.failure = StoreError(.corrupt, "page 7 fails its check") }
      let response = try await browser.send(client, .get, "/api/patients/\(patient)")
      #expect(response.status == .serviceUnavailable && response.problem == "store-unavailable")
      #expect(!String(buffer: response.body).contains("page 7"))
    }
  }
}
