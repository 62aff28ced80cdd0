import Cardio
import Dashboard
import Foundation
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Store
import Testing
import Wire

extension TestResponse {
  /// What the body says.
  fileprivate func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
    try JSONDecoder().decode(type, from: Data(body.readableBytesView))
  }
}

@Suite("Retention for administrators and auditors")
struct RetentionRouteTests {
  /// A ward with one recorded patient, two administrators and a vault that holds nothing.
  private static func ward() async throws -> (Ward, Pseudonym, FakeVault) {
    let vault = FakeVault()
    vault.answer(200, "[]")
    let ward = try Ward(vault: vault)
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .normal)
    try await wearer.send(to: ward.store, at: ward.clock.now)
    await ward.service.readStore()
    return (ward, patient, vault)
  }

  private static let shorter = """
    {"changes":[{"kind":"recordings","from":365,"to":30},{"kind":"findings","from":365,"to":30}]}
    """

  @Test func aShorterPolicyIsPreviewedThenPendsForAWeek() async throws {
    let (ward, patient, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      ward.clock.advance(60 * 86_400)
      let browser = try await Browser.signIn(client, as: "administrator")
      let preview = try await browser.send(client, .post, "/api/retention/preview", body: Self.shorter)
      let plan = try preview.decoded(Plan.self)
      #expect(preview.status == .ok && plan.now.isEmpty && plan.areHoldsKnown)
      #expect(plan.later.first { $0.kind == "recordings" }?.patients == [patient.name])
      #expect(try await ward.store.retentionChanges().isEmpty, "a preview changes nothing")

      #expect(
        try await browser.send(client, .post, "/api/retention/policy", body: Self.shorter).status == .noContent)
      let again = try await browser.send(client, .post, "/api/retention/policy", body: Self.shorter)
      #expect(again.status == .conflict && again.code == "changed-meanwhile")
      let shown = try await browser.send(client, .get, "/api/retention").decoded(Shown.self)
      #expect(shown.kinds.map(\.days) == [365, 365, 365] && shown.kinds.map(\.target) == [30, 30, 365])
      #expect(shown.changes.filter(\.isPending).map(\.by) == ["administrator", "administrator"])
      #expect(shown.changes.map(\.by).filter { $0 == "setting" }.count == 3, "what it changed from stands before it")

      let after = try await browser.send(client, .get, "/api/retention/plan?days=0").decoded(Plan.self)
      #expect(after.now.isEmpty)
      ward.clock.advance(7 * 86_400)
      let auditor = try await Browser.signIn(client, as: "auditor")
      #expect(
        try await auditor.send(client, .get, "/api/retention/plan?days=0").decoded(Plan.self).now.map(\.kind).contains(
          "recordings"))
    }
  }

  @Test func whatMakesNoSenseIsRefused() async throws {
    let (ward, _, _) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      let browser = try await Browser.signIn(client, as: "administrator")
      let cases = [
        (#"{"changes":[{"kind":"recordings","from":365,"to":400}]}"#, "findings-shorter-than-recordings"),
        (#"{"changes":[{"kind":"alerts","from":365,"to":0}]}"#, "days-out-of-range"),
        (#"{"changes":[{"kind":"alerts","from":365,"to":365}]}"#, "nothing-to-change"),
        (#"{"patient":"P-ZZZZ","changes":[{"kind":"alerts","to":900}]}"#, "unknown-patient"),
        (#"{"changes":[]}"#, "bad-request"),
        (#"{"changes":[{"kind":"alerts","from":365,"to":9},{"kind":"alerts","from":365,"to":8}]}"#, "bad-request"),
        (#"{"changes":[{"kind":"keys","from":365,"to":9}]}"#, "bad-request"),
      ]
      for (body, code) in cases {
        let answer = try await browser.send(client, .post, "/api/retention/policy", body: body)
        #expect(answer.code == code, "\(body)")
      }
      for query in ["-1", "3651", "x", "9999999999999999999999"] {
        let answer = try await browser.send(client, .get, "/api/retention/plan?days=\(query)")
        #expect(answer.status == .badRequest, "\(query)")
      }
      for body in [
        #"{"reason":"x"}"#, #"{"patient":"P-AAAA","device":"sb-001","reason":"x"}"#,
        #"{"patient":"P-AAAA","fromMs":1,"reason":"x"}"#,
        #"{"device":"sb-001","fromMs":18446744073709551615,"reason":"x"}"#,
      ] {
        #expect(
          try await browser.send(client, .post, "/api/retention/holds", body: body).code == "bad-request", "\(body)")
      }
    }
  }

  @Test func aHoldStopsTheDryRunAndIsReleasedByAnother() async throws {
    let (ward, patient, vault) = try await Self.ward()
    try await ward.service.makeTestApplication().test(.router) { client in
      ward.clock.advance(400 * 86_400)
      let browser = try await Browser.signIn(client, as: "administrator")
      #expect(try await browser.send(client, .get, "/api/retention/plan").decoded(Plan.self).now.count >= 1)
      let placed = try await browser.send(
        client, .post, "/api/retention/holds", body: #"{"patient":"\#(patient.name)","reason":"case <b>7</b>"}"#)
      #expect(placed.status == .ok)
      let held = try await browser.send(client, .get, "/api/retention/plan").decoded(Plan.self)
      #expect(held.now.isEmpty && held.stays == ["hold-1": 1])
      let own = try await browser.send(
        client, .post, "/api/retention/holds/1/release", body: #"{"reason":"over"}"#)
      #expect(own.status == .conflict && own.code == "needs-second-person")
      _ = try await ward.store.releaseHold(1, .init(actor: "other", at: ward.clock.now, reason: "over"))
      let gone = try await browser.send(
        client, .post, "/api/retention/holds/1/release", body: #"{"reason":"over"}"#)
      #expect(gone.status == .notFound && gone.code == "unknown-hold")
      // The vault's hold counts as well, and a vault that does not answer holds everything.
      vault.answer(200, #"[{"device":"sb-001","reason":"x","actor":"a","since":1}]"#)
      let inVault = try await browser.send(client, .get, "/api/retention/plan").decoded(Plan.self)
      #expect(inVault.now.isEmpty && inVault.stays == ["vault-hold": 1])
      vault.answer(503, "{}")
      let unknown = try await browser.send(client, .get, "/api/retention/plan").decoded(Plan.self)
      #expect(!unknown.areHoldsKnown && unknown.now.isEmpty)
      #expect(try await browser.send(client, .get, "/api/retention").decoded(Shown.self).heldInVault == nil)
    }
  }

  private struct Plan: Decodable {
    struct Line: Decodable {
      let kind: String
      let patients: [String]
    }
    let areHoldsKnown: Bool
    let now: [Line]
    let later: [Line]
    let stays: [String: Int]
  }

  private struct Shown: Decodable {
    struct Kind: Decodable {
      let days: Int
      let target: Int
    }
    struct Change: Decodable {
      let by: String
      let isPending: Bool
    }
    let kinds: [Kind]
    let changes: [Change]
    let heldInVault: [String]?
  }
}
