import Cardio
import Dashboard
import Findings
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Store
import Testing
import Wire

/// What a patient's status says, and what it does not.
@Suite struct StatusTests {
  private struct Answer: Decodable {
    struct Patient: Decodable {
      struct DeviceBeats: Decodable, Equatable {
        let judged: Int
        let flagged: Int
        let saidMs: UInt64
      }
      struct Rhythm: Decodable {
        let code: String
        let beats: Int
      }
      let deviceBeats: DeviceBeats?
      let rhythm: Rhythm
      let abnormalProbability: Double?
      let highestAbnormalProbability: Double?
      let abnormalBeats: Int
    }
    let patients: [Patient]
  }

  private static func ward() async throws -> (Ward, Wearer) {
    let ward = try Ward()
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    _ = try await ward.addPatient(device: device)
    return (ward, try await Wearer(device: device, keys: ward.keys, preset: .normal))
  }

  private static func patient(
    _ ward: Ward, _ browser: Browser, _ client: some TestClientProtocol
  ) async throws -> Answer.Patient {
    await ward.service.readStore()
    let response = try await browser.send(client, .get, "/api/ward")
    let answer = try JSONDecoder().decode(Answer.self, from: Data(response.body.readableBytesView))
    return try #require(answer.patients.first)
  }

  private static func send(_ count: Int, of wearer: Wearer, to ward: Ward) async throws {
    for _ in 0..<count {
      ward.clock.advance(1.496)
      try await wearer.send(to: ward.store, at: ward.clock.now)
    }
  }

  /// What the device flagged by itself is told as its word, with the time at which it said so, and counted nowhere else.
  @Test func theDevicesOwnBeatsStandApart() async throws {
    let (ward, wearer) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      try await Self.send(4, of: wearer, to: ward)
      let before = try await Self.patient(ward, browser, client)
      #expect(before.deviceBeats == nil && before.abnormalBeats == 0)
      let said = ward.clock.now
      try await wearer.sendStatus(
        StatusReading(battery: 0.5, judgedBeats: 4210, flaggedBeats: 17), to: ward.store, at: said)
      try await Self.send(2, of: wearer, to: ward)
      let after = try await Self.patient(ward, browser, client)
      #expect(after.deviceBeats == .init(judged: 4210, flagged: 17, saidMs: said / 1000))
      #expect(after.abnormalBeats == 0)
      // A status that says nothing of beats takes nothing back; one that cannot be is passed over.
      for status in [StatusReading(battery: 0.4), StatusReading(judgedBeats: 3, flaggedBeats: 5)] {
        try await wearer.sendStatus(status, to: ward.store, at: ward.clock.now)
      }
      try await Self.send(1, of: wearer, to: ward)
      let last = try await Self.patient(ward, browser, client)
      #expect(last.deviceBeats?.flagged == 17)
    }
  }

  /// The rhythm is that of now: beats from before a long silence are no part of it.
  @Test func anOldRhythmIsNotTold() async throws {
    let (ward, wearer) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      try await Self.send(20, of: wearer, to: ward)
      let known = try await Self.patient(ward, browser, client).rhythm
      #expect(known.code == "mostly-normal" && known.beats >= 8)
      wearer.skip(300)
      ward.clock.advance(600)
      try await Self.send(2, of: wearer, to: ward)
      let now = try await Self.patient(ward, browser, client).rhythm
      #expect(now.code == "too-few-beats" && now.beats < 8)
    }
  }

  /// Where no heart rate is measured, what beats said before is not said any more: neither rhythm nor P(abnormal).
  @Test func withoutBeatsThereIsNoRhythm() async throws {
    let (ward, wearer) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "clinician")
      try await Self.send(20, of: wearer, to: ward)
      let beating = try await Self.patient(ward, browser, client)
      #expect(beating.rhythm.code == "mostly-normal" && beating.abnormalProbability != nil)
      wearer.isLeadOff = true
      try await Self.send(1, of: wearer, to: ward)
      let silent = try await Self.patient(ward, browser, client)
      #expect(silent.rhythm.code == "too-few-beats" && silent.rhythm.beats == 0)
      #expect(silent.abnormalProbability == nil && silent.highestAbnormalProbability == nil)
      wearer.isLeadOff = false
      try await Self.send(4, of: wearer, to: ward)
      #expect(try await Self.patient(ward, browser, client).abnormalProbability != nil)
    }
  }
}
