import AlertDelivery
import AlertPolicy
import Findings
import Notifier
import RhythmScripts
import Store
import Testing
import Wire

@Suite("A patient's plan, carried out")
struct PlanDeliveryTests {
  private static let nurse = AlertNotice.Receiver.mailbox(MailAddress("nurse@clinic.example")!)  // Valid addresses.
  private static let doctor = AlertNotice.Receiver.mailbox(MailAddress("doctor@clinic.example")!)

  private func contact(_ receiver: AlertNotice.Receiver) -> AlertPlan.Contact {
    guard case .mailbox(let address) = receiver else { return AlertPlan.Contact(label: "x", webhook: "webhook") }
    return AlertPlan.Contact(label: address.mailbox, mail: address)
  }

  private var plan: AlertPlan {
    AlertPlan(steps: [
      AlertPlan.Step(contacts: [contact(Self.nurse)], minutesUntilNext: 10),
      AlertPlan.Step(contacts: [contact(Self.doctor)], minutesUntilNext: 20),
    ])
  }

  private func notifier(_ ward: Ward) throws -> NotifierService {
    try ward.notifier(transports: [Self.nurse: ward.receiver, Self.doctor: ward.receiver])
  }

  /// A fast rhythm that goes on.
  private var fast: [Finding] {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(60, rate: 135)
    return script.findings()
  }

  @Test("the first contact is told, and the next one when nobody took note in time")
  func escalates() async throws {
    let ward = try Ward()
    try await ward.put(plan)
    let notifier = try notifier(ward)
    try ward.arrive(fast)
    try await notifier.evaluate()
    try await notifier.deliverDue()
    #expect(ward.receiver.taken.map(\.receiver) == [Self.nurse])
    #expect(ward.receiver.taken.allSatisfy { $0.acknowledgement?.utf8.count == AcknowledgementSigner.tokenLength })
    for _ in 0..<9 { try await minute(ward, notifier) }
    #expect(ward.receiver.taken.count == 1)
    for _ in 0..<3 { try await minute(ward, notifier) }
    #expect(ward.receiver.taken.map(\.receiver) == [Self.nurse, Self.doctor])
    #expect(ward.receiver.taken.last?.occasion == .escalated(2))
    let kinds = ward.store.read { $0.events.map(\.kind) }
    #expect(kinds == [.opened, .told, .escalated, .told])
    #expect(ward.store.read { $0.attempts.compactMap(\.receipt) } == ["taken", "taken"])
  }

  @Test("whoever takes note or puts it off keeps the next contact asleep")
  func settledOrSnoozed() async throws {
    for isSnoozed in [false, true] {
      let ward = try Ward()
      try await ward.put(plan)
      let notifier = try notifier(ward)
      try ward.arrive(fast)
      try await notifier.evaluate()
      let id = try #require(ward.store.read { $0.alerts.keys.first })
      try await ward.acknowledge(id, snoozingUntil: isSnoozed ? ward.now + 30 * 60_000_000 : nil)
      for _ in 0..<28 { try await minute(ward, notifier) }
      #expect(ward.receiver.taken.map(\.receiver) == [Self.nurse])
      for _ in 0..<5 { try await minute(ward, notifier) }
      #expect(ward.receiver.taken.count == (isSnoozed ? 2 : 1))
    }
  }

  private func minute(_ ward: Ward, _ notifier: NotifierService) async throws {
    ward.advance(seconds: 60)
    // The device goes on sending: silence is another alert.
    try ward.arrive([])
    try await notifier.evaluate()
    try await notifier.deliverDue()
  }

  @Test("what an outage held back comes in one message")
  func storm() async throws {
    let ward = try Ward()
    try await ward.put(plan)
    let notifier = try notifier(ward)
    var script = RhythmScript()
    for _ in 0..<4 {
      script.rhythm(90, rate: 75)
      script.rhythm(60, rate: 135)
    }
    script.rhythm(90, rate: 75)
    ward.advance(seconds: 2 * 3600)
    try ward.arrive(script.findings())
    for _ in 0..<8 {
      try await notifier.evaluate()
      try await notifier.deliverDue()
      ward.advance(seconds: 15)
      // The device goes on sending: silence is another alert.
      try ward.arrive([])
    }
    #expect(ward.store.read { $0.alerts.count } == 4)
    #expect(ward.receiver.taken.map(\.occasion) == [.backlog(1)])
    #expect(ward.receiver.taken.first?.gathered.count == 4)
    let held = ward.store.read { $0.events.filter { $0.kind == .held }.map(\.detail) }
    #expect(held == Array(repeating: "backlog", count: 4))
    // The message is in the delivery log of each.
    for id in ward.store.read({ Array($0.alerts.keys) }) {
      #expect(try await ward.store.messages(of: id).count == 1)
    }
  }

  @Test("quiet hours: the alert is there, its message waits for the digest, also when the notifier is killed meanwhile")
  func digest() async throws {
    let ward = try Ward()
    var plan = plan
    let minute = LocalClock(zone: "UTC").day(at: ward.now).minute
    plan.quietHours = QuietHours(fromMinute: minute - 1, untilMinute: minute + 60)
    plan.digestMinutes = [minute + 61]
    try await ward.put(plan)
    try ward.arrive(fast)
    try await notifier(ward).evaluate()
    #expect(ward.store.read { $0.alerts.count == 1 && $0.messages.isEmpty })
    ward.advance(seconds: 59 * 60)
    let again = try notifier(ward)
    try ward.arrive([])
    try await again.evaluate()
    #expect(ward.store.read { $0.messages.isEmpty })
    for _ in 0..<4 { try await self.minute(ward, again) }
    #expect(ward.receiver.taken.map(\.occasion) == [.digest(1)])
  }

  @Test("a patient's own limit decides from the next finding on")
  func limits() async throws {
    let ward = try Ward()
    var plan = plan
    plan.limits = PolicyOverride(["tachycardia": .group(["onRate": .number(100), "offRate": .number(95)])])
    if (try? plan.validate(over: ward.configuration.policy)) == nil {
      Issue.record("\(try PolicyOverride.tree(of: ward.configuration.policy)["tachycardia"] as Any)")
    }
    try await ward.put(plan)
    var script = RhythmScript()
    script.rhythm(40, rate: 75)
    script.rhythm(60, rate: 110)
    try ward.arrive(script.findings())
    try await notifier(ward).evaluate()
    #expect(ward.store.read { $0.alerts.count } == 1)
    let other = try Ward()
    try other.arrive(script.findings())
    try await other.notifier().evaluate()
    #expect(other.store.read { $0.alerts.isEmpty })
  }

  @Test(
    "killed before or after any step of an escalation or a gathering: nobody is told twice, nobody is forgotten",
    arguments: [false, true])
  func crash(isAfterEffect: Bool) async throws {
    let expected = try await run(try Ward(), fault: nil)
    #expect(expected.messages.count == 3)
    var step = 1
    while true {
      let ward = try Ward()
      let result = try await run(ward, fault: .init(step: step, isAfterEffect: isAfterEffect))
      #expect(result.messages == expected.messages, "step \(step)")
      #expect(Set(ward.receiver.taken.map(\.outboxID)) == expected.messages)
      #expect(result.events == expected.events, "step \(step)")
      if !result.hasFailed { break }
      step += 1
    }
    #expect(step > 20)
  }

  /// Two old episodes in one message, then a new one that nobody takes note of and that ends.
  private func run(
    _ ward: Ward, fault: MemoryStore.Fault?
  ) async throws -> (messages: Set<String>, events: [String], hasFailed: Bool) {
    try await ward.put(plan)
    var script = RhythmScript()
    for _ in 0..<2 {
      script.rhythm(90, rate: 75)
      script.rhythm(60, rate: 135)
    }
    script.rhythm(1200, rate: 75)
    script.rhythm(60, rate: 135)
    let findings = script.findings()
    let late = findings.prefix { $0.captureTime < RhythmScript.epoch + 400_000_000 }
    ward.store.fail(fault)
    var notifier = try notifier(ward)
    var hasFailed = false
    func settle() async throws {
      while true {
        do {
          try await notifier.evaluate()
          try await notifier.deliverDue()
          return
        } catch {
          hasFailed = true
          notifier = try self.notifier(ward)
        }
      }
    }
    ward.advance(seconds: 1400)
    try ward.arrive(late)
    for _ in 0..<3 {
      try await settle()
      ward.advance(seconds: 30)
      try ward.arrive([])
    }
    try ward.arrive(findings[late.count...])
    for _ in 0..<16 {
      try await settle()
      ward.advance(seconds: 60)
      try ward.arrive([])
    }
    return ward.store.read { state in
      (Set(state.messages.keys), state.events.map { "\($0.alert) \($0.kind) \($0.name ?? "")" }.sorted(), hasFailed)
    }
  }
}
