import AlertDelivery
import AlertPolicy
import Findings
import Foundation
import Sealing
import Store
import Testing

@Suite("Plans and links")
struct PlanTests {
  private let policy = AlertPolicyConfiguration()

  @Test("a sound plan is one, and each fault has its place")
  func validation() throws {
    let plan = try Sample.threeSteps()
    try plan.validate(over: policy)
    func fault(_ change: (inout AlertPlan) -> Void) -> String? {
      var changed = plan
      change(&changed)
      do throws(AlertPlan.Fault) {
        try changed.validate(over: policy)
        return nil
      } catch { return error.place }
    }
    #expect(fault { $0.timeZone = "Middle-earth/Shire" } == "timeZone")
    #expect(fault { $0.steps[1].contacts = [] } == "steps[1]")
    #expect(fault { $0.steps[2].minutesUntilNext = 0 } == "steps[2]")
    #expect(fault { $0.steps[0].contacts[0].webhook = "both" } == "steps[0].contacts[0]")
    #expect(fault { $0.steps[0].contacts[0].label = "a\nb" } == "steps[0].contacts[0]")
    #expect(fault { $0.steps = Array(repeating: plan.steps[0], count: 9) } == "steps[8]")
    #expect(fault { $0.quietHours = QuietHours(fromMinute: 5, untilMinute: 5) } == "quietHours")
    #expect(fault { $0.dailyBudget = -1 } == "dailyBudget")
    #expect(fault { $0.digestMinutes = [] } == "digestMinutes")
    #expect(fault { $0.digestMinutes = [60, 60] } == "digestMinutes")
    #expect(
      fault { $0.limits = PolicyOverride(["tachycardia": .group(["beats": .number(1)])]) } == "limits.tachycardia.beats"
    )
    #expect(
      fault { $0.limits = PolicyOverride(["readableQuality": .number(7)]) } == "limits.readableQuality")
  }

  @Test("a patient's limits are laid over the installation's; the rest follows it")
  func limits() throws {
    let tree = try PolicyOverride.tree(of: policy)
    let name = "minimumSeconds"
    let plan = AlertPlan(limits: PolicyOverride(["tachycardia": .group([name: .number(45)])]))
    let text = try JSONEncoder().encode(plan)
    let again = try JSONDecoder().decode(AlertPlan.self, from: text)
    #expect(again == plan)
    let merged = try PolicyOverride.tree(of: again.policyConfiguration(over: policy))
    guard case .group(let changed)? = merged["tachycardia"] else { return }
    #expect(changed[name] == .number(45))
    #expect(merged.filter { $0.key != "tachycardia" } == tree.filter { $0.key != "tachycardia" })
    #expect(try AlertPlan().policyConfiguration(over: policy) == policy)
  }

  @Test("a clock on the wall, over the change of the clocks")
  func clock() throws {
    let vienna = LocalClock(zone: "Europe/Vienna")
    // 2027-03-28 00:30 UTC is 01:30 there; at 01:00 UTC the clocks go forward.
    let before: UnixMicroseconds = 1_806_193_800_000_000
    #expect(vienna.day(at: before).minute == 90)
    #expect(vienna.day(at: before + 3_600_000_000).minute == 210)
    let seven = try #require(vienna.next([420], after: before))
    #expect(vienna.day(at: seven).minute == 420 && seven - before == 4 * 3_600_000_000 + 1_800_000_000)
    #expect(vienna.next([], after: before) == nil)
    #expect(QuietHours(fromMinute: 1320, untilMinute: 360).contains(minute: 0))
    #expect(!QuietHours(fromMinute: 1320, untilMinute: 360).contains(minute: 360))
  }

  @Test("a plan opens for its patient alone")
  func seal() throws {
    let seal = try PlanSeal(key: SecretBytes(randomCount: 32))
    let patient = try #require(Pseudonym("P-AAAA"))
    let other = try #require(Pseudonym("P-BBBB"))
    let plan = try Sample.threeSteps()
    let box = try seal.seal(plan, of: patient)
    #expect(!String(decoding: box, as: UTF8.self).contains("clinic"))
    #expect(try seal.plan(AlertPlanRecord(patient: patient, box: box, updatedAt: 1, updatedBy: "x")) == plan)
    #expect(throws: (any Error).self) {
      try seal.plan(AlertPlanRecord(patient: other, box: box, updatedAt: 1, updatedBy: "x"))
    }
    let ledger = try seal.seal(DeliveryLedger(), of: "P-AAAA")
    #expect(try seal.ledger(ledger) == DeliveryLedger())
  }

  @Test("a link says what was signed, until it expires, and nothing else passes")
  func link() throws {
    let signer = try AcknowledgementSigner(planKey: SecretBytes(randomCount: 32))
    let receiver = AlertNotice.Receiver.mailbox(try #require(MailAddress("a@b.example"))).fingerprint
    let link = AcknowledgementLink(alert: try Sample.alert(3), receiver: receiver, severity: .high, expires: 1000)
    let token = try #require(signer.token(link))
    #expect(token.utf8.count == AcknowledgementSigner.tokenLength)
    #expect(try signer.link(token, now: 999) == link)
    #expect(throws: AcknowledgementLink.Refusal.expired) { try signer.link(token, now: 1000) }
    for index in token.indices {
      var characters = Array(token)
      let offset = token.distance(from: token.startIndex, to: index)
      characters[offset] = characters[offset] == "A" ? "B" : "A"
      #expect(throws: AcknowledgementLink.Refusal.invalid) { try signer.link(String(characters), now: 1) }
    }
    let stranger = try AcknowledgementSigner(planKey: SecretBytes(randomCount: 32))
    #expect(throws: AcknowledgementLink.Refusal.invalid) { try stranger.link(token, now: 1) }
    #expect(throws: AcknowledgementLink.Refusal.invalid) { try signer.link(token + "A", now: 1) }
    #expect(signer.token(AcknowledgementLink(alert: link.alert, receiver: "xyz", severity: .low, expires: 1)) == nil)
  }
}
