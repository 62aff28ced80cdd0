import AlertDelivery
import Findings
import Foundation
import Store
import Testing

@Suite("How alerts reach people")
struct LedgerTests {
  /// 2027-01-15 12:00 UTC.
  static let noon: UnixMicroseconds = 1_800_014_400_000_000
  static let minute: UInt64 = 60_000_000

  /// A ledger, its plan and a clock.
  struct Bench {
    var ledger = DeliveryLedger()
    var plan: AlertPlan
    var now = LedgerTests.noon
    var facts: [AlertID: CourseFacts] = [:]

    mutating func news(
      _ kind: AlertNews.Kind, _ number: UInt8, _ severity: AlertSeverity, ago seconds: UInt64 = 5
    ) throws -> [DeliveryDecision] {
      let alert = try Sample.alert(number)
      if facts[alert] == nil { facts[alert] = CourseFacts(isSettled: false) }
      return ledger.note(
        AlertNews(
          kind: kind, alert: alert, reference: try Sample.reference(), severity: severity,
          onset: now - seconds * 1_000_000), plan: plan, now: now, tellsResolution: true)
    }

    /// Ticks every ten seconds, as a notifier would.
    mutating func pass(minutes: Int) -> [DeliveryDecision] {
      (0..<minutes * 6).flatMap { _ in
        now += 10_000_000
        return ledger.tick(plan: plan, now: now, facts: facts)
      }
    }
  }

  @Test("nobody takes note: the next step is told after its wait, and each step once")
  func escalation() throws {
    var bench = Bench(plan: try Sample.threeSteps())
    let alert = try Sample.alert(1)
    #expect(try bench.news(.opened, 1, .high) == [.tell(alert, .opened, steps: 0...0)])
    #expect(bench.pass(minutes: 9).isEmpty)
    #expect(bench.pass(minutes: 1) == [.tell(alert, .escalated(2), steps: 1...1)])
    #expect(bench.pass(minutes: 19).isEmpty)
    #expect(bench.pass(minutes: 1) == [.tell(alert, .escalated(3), steps: 2...2)])
    #expect(bench.pass(minutes: 60).isEmpty)
    // All who were told of it are reminded, and told of its end.
    #expect(try bench.news(.reminder(1), 1, .high) == [.tell(alert, .reminder(1), steps: 0...2)])
    #expect(try bench.news(.over, 1, .high) == [.tell(alert, .resolved, steps: 0...2)])
    #expect(bench.ledger.isIdle)
  }

  @Test("whoever takes note ends the escalation")
  func settled() throws {
    var bench = Bench(plan: try Sample.threeSteps())
    _ = try bench.news(.opened, 1, .high)
    bench.facts[try Sample.alert(1)]?.isSettled = true
    #expect(bench.pass(minutes: 120).isEmpty)
    #expect(bench.ledger.isIdle)
  }

  @Test("a snooze puts the next step off until it ends")
  func snoozed() throws {
    var bench = Bench(plan: try Sample.threeSteps())
    _ = try bench.news(.opened, 1, .medium)
    bench.facts[try Sample.alert(1)]?.snoozedUntil = bench.now + 45 * Self.minute
    #expect(bench.pass(minutes: 44).isEmpty)
    #expect(bench.pass(minutes: 1) == [.tell(try Sample.alert(1), .escalated(2), steps: 1...1)])
  }

  @Test("what was high goes on to the next step though it is over, the rest does not")
  func over() throws {
    var bench = Bench(plan: try Sample.threeSteps())
    _ = try bench.news(.opened, 1, .high)
    _ = try bench.news(.opened, 2, .medium)
    #expect(try bench.news(.over, 1, .high) == [.tell(try Sample.alert(1), .resolved, steps: 0...0)])
    #expect(try bench.news(.over, 2, .medium).count == 1)
    let later = bench.pass(minutes: 60)
    #expect(
      later == [
        .tell(try Sample.alert(1), .escalated(2), steps: 1...1),
        .tell(try Sample.alert(1), .escalated(3), steps: 2...2),
      ])
    #expect(bench.ledger.isIdle)
  }

  @Test("quiet hours let low and medium wait for the digest, and never high")
  func quietHours() throws {
    var plan = try Sample.threeSteps()
    plan.quietHours = QuietHours(fromMinute: 22 * 60, untilMinute: 6 * 60)
    plan.digestMinutes = [7 * 60]
    var bench = Bench(plan: plan)
    bench.now += 11 * 60 * Self.minute  // 23:00
    #expect(try bench.news(.opened, 1, .high) == [.tell(try Sample.alert(1), .opened, steps: 0...0)])
    bench.facts[try Sample.alert(1)]?.isSettled = true
    #expect(try bench.news(.opened, 2, .medium) == [.hold(try Sample.alert(2), .quiet)])
    #expect(try bench.news(.opened, 3, .low) == [.hold(try Sample.alert(3), .quiet)])
    #expect(try bench.news(.over, 3, .low).isEmpty)
    #expect(bench.pass(minutes: 7 * 60 + 59).isEmpty)
    #expect(
      bench.pass(minutes: 1) == [.gather([try Sample.alert(2), try Sample.alert(3)], .quiet, ordinal: 1)])
    // What goes on and was told in the digest may now escalate; what was over is done.
    #expect(bench.pass(minutes: 10) == [.tell(try Sample.alert(2), .escalated(2), steps: 1...1)])
  }

  @Test("what becomes high while it waits is told at once")
  func worsened() throws {
    var plan = try Sample.threeSteps()
    plan.quietHours = QuietHours(fromMinute: 0, untilMinute: 1439)
    var bench = Bench(plan: plan)
    #expect(try bench.news(.opened, 1, .low) == [.hold(try Sample.alert(1), .quiet)])
    #expect(try bench.news(.worsened, 1, .medium).isEmpty)
    #expect(try bench.news(.worsened, 1, .high) == [.tell(try Sample.alert(1), .worsened, steps: 0...0)])
    #expect(bench.pass(minutes: 10) == [.tell(try Sample.alert(1), .escalated(2), steps: 1...1)])
  }

  @Test("beyond the day's budget low and medium wait; the next day has a new one")
  func budget() throws {
    var plan = AlertPlan(dailyBudget: 2)
    plan.digestMinutes = [18 * 60]
    var bench = Bench(plan: plan)
    for number in UInt8(1)...2 {
      #expect(try bench.news(.opened, number, .medium) == [.tell(try Sample.alert(number), .opened, steps: 0...0)])
    }
    #expect(try bench.news(.opened, 3, .medium) == [.hold(try Sample.alert(3), .budget)])
    #expect(try bench.news(.opened, 4, .high) == [.tell(try Sample.alert(4), .opened, steps: 0...0)])
    #expect(bench.pass(minutes: 6 * 60) == [.gather([try Sample.alert(3)], .budget, ordinal: 1)])
    bench.now += 6 * 60 * Self.minute + 1  // past midnight
    #expect(try bench.news(.opened, 5, .low) == [.tell(try Sample.alert(5), .opened, steps: 0...0)])
  }

  @Test("after an outage the alerts of what was held back come in one message, high ones included")
  func storm() throws {
    var bench = Bench(plan: try Sample.threeSteps())
    for number in UInt8(1)...30 {
      #expect(
        try bench.news(.opened, number, number == 7 ? .high : .medium, ago: 3600)
          == [.hold(try Sample.alert(number), .backlog)])
      if number.isMultiple(of: 2) { #expect(try bench.news(.over, number, .medium).isEmpty) }
      bench.now += 500_000
    }
    let told = bench.pass(minutes: 2)
    #expect(told == [.gather(try (UInt8(1)...30).map(Sample.alert), .backlog, ordinal: 1)])
    // Live news is told at once beside it.
    #expect(try bench.news(.opened, 99, .medium) == [.tell(try Sample.alert(99), .opened, steps: 0...0)])
  }

  @Test("one late alert alone is an ordinary message; a device's wrong clock makes nothing late")
  func lateAlone() throws {
    var bench = Bench(plan: AlertPlan())
    _ = try bench.news(.opened, 1, .medium, ago: 3600)
    #expect(bench.pass(minutes: 2) == [.tell(try Sample.alert(1), .opened, steps: 0...0)])
    #expect(
      try bench.news(.opened, 2, .medium, ago: 30 * 86_400) == [.tell(try Sample.alert(2), .opened, steps: 0...0)])
  }

  @Test("what waits is bounded: then it is told")
  func bounded() throws {
    var bench = Bench(plan: AlertPlan(dailyBudget: 0))
    for number in 0..<DeliveryLedger.waitingLimit { _ = try bench.news(.opened, UInt8(number), .low) }
    let told = bench.pass(minutes: 1)
    #expect(told.count == 1)
  }

  @Test("an empty plan tells the installation's receivers at once and escalates nothing")
  func emptyPlan() throws {
    var bench = Bench(plan: AlertPlan())
    #expect(try bench.news(.opened, 1, .high) == [.tell(try Sample.alert(1), .opened, steps: 0...0)])
    #expect(bench.pass(minutes: 120).isEmpty)
    #expect(try bench.news(.over, 1, .high) == [.tell(try Sample.alert(1), .resolved, steps: 0...0)])
    #expect(bench.ledger.isIdle)
  }

  @Test("random weeks, stored and read again at any moment, give the same decisions", arguments: 0..<12)
  func replay(seed: UInt64) throws {
    var plan = try Sample.threeSteps()
    plan.quietHours = QuietHours(fromMinute: 22 * 60, untilMinute: 6 * 60)
    plan.dailyBudget = 3
    var random = SeededGenerator(seed: seed)
    var whole = Bench(plan: plan)
    var cut = whole
    var open: Set<UInt8> = []
    var announced: Set<AlertID> = []
    var opened: Set<AlertID> = []
    for step in 0..<400 {
      let number = UInt8.random(in: 0...255, using: &random)
      let severity = AlertSeverity.allCases.randomElement(using: &random) ?? .low
      let kind: AlertNews.Kind
      if open.contains(number) {
        kind = Bool.random(using: &random) ? .over : .worsened
        if kind == .over { open.remove(number) }
      } else {
        kind = .opened
        open.insert(number)
        opened.insert(try Sample.alert(number))
      }
      let ago = UInt64.random(in: 0...1200, using: &random)
      let first = try whole.news(kind, number, severity, ago: ago)
      #expect(try cut.news(kind, number, severity, ago: ago) == first, "step \(step)")
      let minutes = Int.random(in: 1...90, using: &random)
      let later = whole.pass(minutes: minutes)
      #expect(cut.pass(minutes: minutes) == later)
      cut.ledger = try JSONDecoder().decode(DeliveryLedger.self, from: JSONEncoder().encode(cut.ledger))
      #expect(cut.ledger == whole.ledger)
      for decision in first + later {
        switch decision {
        case .tell(let alert, _, _): announced.insert(alert)
        case .gather(let alerts, _, _): announced.formUnion(alerts)
        case .hold: break
        }
      }
    }
    for decision in whole.pass(minutes: 3 * 1440) {
      if case .gather(let alerts, _, _) = decision { announced.formUnion(alerts) }
    }
    // Nothing that was opened is never told.
    #expect(announced == opened)
  }
}

/// A seeded generator (Steele, Lea, Flood: SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
