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

@Suite struct SignalRangeTests {
  private struct Envelope: Decodable {
    struct Piece: Decodable {
      let from: Int
      let minimum: [Int]
      let maximum: [Int]?
    }
    struct Stretch: Decodable, Equatable {
      let from: Int
      let count: Int
      let cause: String
    }
    let unit: String
    let stretches: [Stretch]
    let from: Int
    let count: Int
    let bucketSamples: Int
    let firstSampleMs: UInt64?
    let pieces: [Piece]
  }

  private func envelope(_ browser: Browser, _ client: some TestClientProtocol, _ path: String) async throws -> Envelope
  {
    let response = try await browser.send(client, .get, path)
    #expect(response.status == .ok)
    return try JSONDecoder().decode(Envelope.self, from: Data(response.body.readableBytesView))
  }

  @Test func anEnvelopeIsTheSignalsAtEveryZoom() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 60, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/envelope"
      let end = 60 * 187 + 300
      let fine = try await envelope(browser, client, "\(path)?from=0&count=4000&points=4000")
      #expect(fine.bucketSamples == 1 && fine.unit == "uV" && fine.pieces.allSatisfy { $0.maximum == nil })
      let samples = Dictionary(
        uniqueKeysWithValues: fine.pieces.flatMap { piece in
          piece.minimum.enumerated().map { (piece.from + $0, $1) }
        })
      #expect(samples.count == 4000)
      // From the pyramid: buckets of 32 samples, asked for twice.
      for _ in 0..<2 {
        let coarse = try await envelope(browser, client, "\(path)?from=0&count=\(end)&points=400")
        #expect(coarse.bucketSamples == 32 && coarse.pieces.count == 2 && coarse.from == 0)
        for (index, low) in (coarse.pieces.first?.minimum ?? []).enumerated().prefix(120) {
          let held = (index * 32..<index * 32 + 32).compactMap { samples[$0] }
          #expect(held.min() == low && held.max() == coarse.pieces.first?.maximum?[index])
        }
        // The second piece begins in the bucket in which the signal goes on after 300 missing samples.
        #expect(coarse.pieces.last?.from == (30 * 187 + 300) / 32 * 32)
      }
      // A session's time is its device's: the first chunk was captured when the clock began to turn.
      #expect(fine.firstSampleMs == 1_767_225_600_000)
      let latest = try await envelope(browser, client, "\(path)?count=1000&points=1000")
      #expect(latest.from == end - 1000)
    }
  }

  /// A gap, an electrode without contact and what was not analysed yet are three things, at every zoom.
  @Test func whyThereIsNoSignalIsSaid() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 20)
    wearer.isLeadOff = true
    for _ in 0..<4 { try await wearer.send(to: ward.store, at: ward.clock.now) }
    wearer.isLeadOff = false
    wearer.isAnalysed = false
    for _ in 0..<6 { try await wearer.send(to: ward.store, at: ward.clock.now) }
    await ward.service.readStore()
    let gap = 10 * 187
    let off = 20 * 187 + 300
    let end = off + 10 * 187
    let expected = [
      Envelope.Stretch(from: gap, count: 300, cause: "missing"),
      .init(from: off, count: 4 * 187, cause: "lead-off"),
      .init(from: off + 4 * 187, count: 6 * 187, cause: "not-analysed"),
    ]
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/envelope"
      // Beyond the latest sample nothing is said: it has not come yet.
      let fine = try await envelope(browser, client, "\(path)?from=0&count=8192&points=4096")
      #expect(fine.stretches == expected)
      let coarse = try await envelope(browser, client, "\(path)?from=0&count=8192&points=200")
      #expect(coarse.bucketSamples > 16 && coarse.stretches == expected)
      // Cut at the ends of what was asked for.
      let part = try await envelope(browser, client, "\(path)?from=\(gap + 100)&count=100&points=100")
      #expect(part.stretches == [.init(from: gap + 100, count: 100, cause: "missing")] && part.pieces.isEmpty)
      let latest = try await envelope(browser, client, "\(path)?from=\(end - 187)&count=187&points=187")
      #expect(latest.stretches == [.init(from: end - 187, count: 187, cause: "not-analysed")])
      #expect(latest.pieces.flatMap(\.minimum).count == 187)
    }
  }

  @Test func aPulseIsItsCounts() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 20, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let red = try await envelope(
        browser, client, "/api/patients/\(patient)/envelope?channel=ppg-red&from=0&count=374&points=374")
      #expect(red.unit == "counts")
      #expect(red.pieces.flatMap(\.minimum) == (0..<374).map { 1000 + $0 % 100 })
      let none = try await envelope(
        browser, client, "/api/patients/\(patient)/envelope?channel=ppg-infrared&count=100")
      #expect(none.pieces.isEmpty && none.firstSampleMs == nil)
      let strip = try await browser.send(client, .get, "/api/patients/\(patient)/strip?channel=ppg-red&from=0&count=10")
        .json()
      let piece = try #require((strip["pieces"] as? [[String: Any]])?.first)
      #expect(piece["channel"] as? String == "ppg-red" && piece["lead"] as? String == "")
      // The strip of the heart holds nothing else.
      let ecg = try await browser.send(client, .get, "/api/patients/\(patient)/strip?from=0&count=3000").json()
      let pieces = try #require(ecg["pieces"] as? [[String: Any]])
      #expect(pieces.count == 15 && pieces.allSatisfy { $0["channel"] as? String == "ecg" })
    }
  }

  @Test(arguments: [
    "envelope?points=1", "envelope?points=4097", "envelope?count=0", "envelope?count=10800001", "envelope?channel=x",
    "beats?limit=2001", "beats?from=-1", "sessions?limit=0", "beats?from=999999999999999",
  ]) func hostileRangesAreRefused(query: String) async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 2, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let response = try await Browser.signIn(client, as: "clinician")
        .send(client, .get, "/api/patients/\(patient)/\(query)")
      #expect(response.status == .badRequest)
    }
  }

  @Test func beatsAreListedPageByPage() async throws {
    let (ward, patient, _) = try await Ward.monitoring(chunks: 60, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/beats"
      let all = try #require(try await browser.send(client, .get, path).json()["items"] as? [[String: Any]])
      #expect(all.count > 60)
      var paged: [Double] = []
      var from: Int? = 0
      while let start = from {
        let page = try await browser.send(client, .get, "\(path)?from=\(start)&limit=25").json()
        paged += (page["items"] as? [[String: Any]] ?? []).compactMap { $0["position"] as? Double }
        from = page["nextFrom"] as? Int
      }
      #expect(paged == all.compactMap { $0["position"] as? Double })
      let abnormal = try #require(
        try await browser.send(client, .get, "\(path)?abnormal=true").json()["items"] as? [[String: Any]])
      #expect(abnormal.count == all.count { $0["isAbnormal"] as? Bool == true } && abnormal.count > 20)
      let timed = try #require(all.first { ($0["position"] as? Double ?? 0) > 374 })
      let position = try #require(timed["position"] as? Double)
      let time = try #require(timed["timeMs"] as? Double)
      #expect(abs(time - (1_767_225_600_000 + position * 8)) <= 1)
    }
  }

  @Test func sessionsAreListedWithWhatTheyHold() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 10, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/sessions"
      let items = try #require(try await browser.send(client, .get, path).json()["items"] as? [[String: Any]])
      let item = try #require(items.first)
      #expect(items.count == 1 && item["session"] as? String == wearer.reference.session.description)
      #expect(item["seconds"] as? Double == Double(10 * 187 + 300) / 125 && item["isCurrent"] as? Bool == true)
      #expect(item["startMs"] as? Int == 1_767_225_600_000 && item["chunks"] as? Int == 20)
      #expect((item["beats"] as? Int ?? 0) > 5 && (item["abnormalBeats"] as? Int ?? 0) > 1)
      let later = try await browser.send(client, .get, "\(path)?from=1900000000000").json()["items"] as? [[String: Any]]
      #expect(later?.isEmpty == true)
    }
  }

  @Test func whatNobodyMaySeeIsForgotten() async throws {
    let (ward, patient, wearer) = try await Ward.monitoring(chunks: 40, withPulse: true)
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      let path = "/api/patients/\(patient)/envelope?count=6000&points=50"
      #expect(try await envelope(browser, client, path).pieces.isEmpty == false)
      #expect(try await browser.send(client, .get, "/api/patients/\(patient)/beats").status == .ok)
      #expect(await ward.service.heldBytes() > 0)
      #expect(try await browser.send(client, .delete, "/api/session").status == .noContent)
      ward.clock.advance(2)
      await ward.service.readStore()
      #expect(await ward.service.heldBytes() == 0)
      // A key that is refused takes what was read with it.
      let again = try await Browser.signIn(client, as: "clinician")
      #expect(try await envelope(again, client, path).pieces.isEmpty == false)
      ward.keys.refuse(wearer.reference.device, .revoked)
      ward.clock.advance(3601)
      await ward.service.readStore()
      let late = try await Browser.signIn(client, as: "clinician")
      #expect(try await late.send(client, .get, path).problem == "key-refused")
      #expect(await ward.service.heldBytes() == 0)
    }
  }
}
