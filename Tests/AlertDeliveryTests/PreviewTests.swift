import AlertDelivery
import AlertPolicy
import Findings
import RhythmScripts
import Store
import Testing

@Suite("What a plan would have told of the last day")
struct PreviewTests {
  /// Two minutes at a rate that is fast, and what comes after it; the script begins at 22:13 UTC.
  private func alerts(
    rate: Double = 135, under configuration: AlertPolicyConfiguration = AlertPolicyConfiguration()
  ) -> [ReplayedAlert] {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(120, rate: rate)
    script.rhythm(120, rate: 75)
    return PolicyReplay.alerts(of: script.findings(), reference: Names.reference, under: configuration)
  }

  private func preview(_ alerts: [ReplayedAlert], _ plan: AlertPlan) -> DeliveryPreview {
    DeliveryPreview(alerts, plan: plan, until: RhythmScript.epoch + 300_000_000)
  }

  private func told(_ preview: DeliveryPreview) -> [String: Int] {
    Dictionary(preview.receivers.map { ($0.label, $0.messages) }, uniquingKeysWith: +)
  }

  @Test("without a plan the receivers of the installation count as one, told of begin and end")
  func installation() {
    let preview = preview(alerts(), AlertPlan())
    #expect(preview.alerts == 1 && preview.rules == ["tachycardia": 1])
    #expect(preview.messages == 2 && told(preview) == ["": 2])
    #expect(preview.held == 0 && preview.escalations == 0)
  }

  @Test("another threshold is another number of alerts")
  func threshold() throws {
    var configuration = AlertPolicyConfiguration()
    configuration.tachycardia.onRate = 140
    configuration.tachycardia.offRate = 130
    #expect(preview(alerts(under: configuration), AlertPlan()) == preview([], AlertPlan()))
    let plan = AlertPlan(limits: PolicyOverride(["tachycardia": .group(["isEnabled": .flag(false)])]))
    let own = try plan.policyConfiguration(over: AlertPolicyConfiguration())
    #expect(preview(alerts(under: own), plan).alerts == 0)
  }

  @Test("what is of medium severity ends with its episode; what is high goes on to every step")
  func escalation() throws {
    let medium = preview(alerts(), try Sample.threeSteps())
    #expect(told(medium) == ["nurse": 2, "doctor": 0, "head": 0] && medium.escalations == 0)
    let high = preview(alerts(rate: 165), try Sample.threeSteps())
    #expect(told(high) == ["nurse": 2, "doctor": 1, "head": 1])
    #expect(high.escalations == 2 && high.messages == 4)
  }

  @Test("quiet hours and an empty budget let it wait for one message; high severity does not wait")
  func waiting() throws {
    for change in [
      { (plan: inout AlertPlan) in plan.quietHours = QuietHours(fromMinute: 22 * 60, untilMinute: 6 * 60) },
      { (plan: inout AlertPlan) in plan.dailyBudget = 0 },
    ] {
      var plan = try Sample.threeSteps()
      change(&plan)
      let medium = preview(alerts(), plan)
      #expect(medium.held == 1 && told(medium) == ["nurse": 1, "doctor": 0, "head": 0])
      let high = preview(alerts(rate: 165), plan)
      #expect(high.held == 0 && high.escalations == 2)
    }
  }

  @Test("a contact is told from a severity on, and stands once in the list however many steps name it")
  func contacts() throws {
    let plan = AlertPlan(steps: [
      AlertPlan.Step(
        contacts: [try Sample.contact("nurse"), try Sample.contact("head", atLeast: .high)], minutesUntilNext: 10),
      AlertPlan.Step(contacts: [try Sample.contact("head")], minutesUntilNext: 10),
    ])
    #expect(told(preview(alerts(), plan)) == ["nurse": 2, "head": 0])
    let high = preview(alerts(rate: 165), plan)
    #expect(high.receivers.map(\.label) == ["nurse", "head"])
    #expect(told(high) == ["nurse": 2, "head": 3] && high.messages == 5)
  }

  @Test("nothing was found: nothing would have been told")
  func empty() throws {
    let preview = preview([], try Sample.threeSteps())
    #expect(preview.alerts == 0 && preview.messages == 0 && preview.rules.isEmpty)
    #expect(told(preview) == ["nurse": 0, "doctor": 0, "head": 0])
  }
}
