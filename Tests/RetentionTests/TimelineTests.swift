import Retention
import Store
import Testing

@Suite("A policy that changes")
struct TimelineTests {
  private let day = RetentionPolicy.day
  private let beginning = RetentionTimeline.beginning(setting: 365, at: 1_000)

  private func made(
    _ kind: RetentionKind, _ from: Int?, _ to: Int?, at: UInt64, patient: Pseudonym? = nil,
    after changes: [RetentionChange]
  ) throws(RetentionRefusal) -> [RetentionChange] {
    try changes
      + RetentionTimeline(changes, setting: 365).changes(
        for: [.init(kind: kind, patient: patient, from: from, to: to)], by: "anna", at: at)
  }

  @Test func keepingMoreCountsAtOnceKeepingLessAfterTheGrace() throws {
    let longer = try made(.alerts, 365, 700, at: 2_000, after: beginning)
    #expect(RetentionTimeline(longer, setting: 1).policy(at: 2_000).days(.alerts) == 700)
    let shorter = try made(.alerts, 700, 30, at: 3_000, after: longer)
    let timeline = RetentionTimeline(shorter, setting: 1)
    #expect(timeline.policy(at: 3_000).days(.alerts) == 700)
    #expect(timeline.policy(at: 3_000 + 7 * day - 1).days(.alerts) == 700)
    #expect(timeline.policy(at: 3_000 + 7 * day).days(.alerts) == 30)
    #expect(timeline.pending(at: 4_000).map(\.to) == [30] && timeline.target.days(.alerts) == 30)
    #expect(timeline.pending(at: 3_000 + 7 * day).isEmpty)
  }

  @Test func aSlipIsTakenBackWithinTheGrace() throws {
    let slip = try made(.recordings, 365, 3, at: 2_000, after: beginning)
    let back = try made(.recordings, 3, 365, at: 2_000 + 6 * day, after: slip)
    let timeline = RetentionTimeline(back, setting: 1)
    for time in [2_000, 2_000 + 6 * day, 2_000 + 7 * day, 2_000 + 100 * day] {
      #expect(timeline.policy(at: time).days(.recordings) == 365)
    }
    #expect(timeline.pending(at: 2_000 + 6 * day).isEmpty)
    // What has counted already is followed by what counts from then on.
    let late = try made(.recordings, 3, 365, at: 2_000 + 8 * day, after: slip)
    #expect(RetentionTimeline(late, setting: 1).policy(at: 2_000 + 8 * day).days(.recordings) == 365)
    #expect(late.last?.effectiveAt == 2_000 + 8 * day, "it keeps more than what counts then")
  }

  @Test func whatMakesNoSenseIsRefused() throws {
    let patient = try #require(Pseudonym("P-AAAA"))
    #expect(throws: RetentionRefusal.daysOutOfRange) { try made(.alerts, 365, 0, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.daysOutOfRange) { try made(.alerts, 365, 36_501, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.daysOutOfRange) { try made(.alerts, 365, nil, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.findingsShorter) { try made(.findings, 365, 364, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.findingsShorter) { try made(.recordings, 365, 366, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.nothingToChange) { try made(.alerts, 365, 365, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.changedMeanwhile) { try made(.alerts, 364, 30, at: 2, after: beginning) }
    #expect(throws: RetentionRefusal.exceptionNotLonger) {
      try made(.alerts, nil, 365, at: 2, patient: patient, after: beginning)
    }
  }

  @Test func bothCanBeShortenedTogether() throws {
    let both = try RetentionTimeline(beginning, setting: 1).changes(
      for: [.init(kind: .findings, from: 365, to: 90), .init(kind: .recordings, from: 365, to: 30)], by: "anna", at: 5)
    #expect(both.count == 2)
    // While that is pending, recordings cannot be promised for longer than the findings that will be left.
    #expect(throws: RetentionRefusal.findingsShorter) {
      try made(.recordings, 30, 120, at: 6, after: beginning + both)
    }
  }

  @Test func anExceptionBeginsAtOnceAndEndsAfterTheGrace() throws {
    let patient = try #require(Pseudonym("P-AAAA"))
    let begun = try made(.recordings, nil, 900, at: 2_000, patient: patient, after: beginning)
    let timeline = RetentionTimeline(begun, setting: 1)
    #expect(timeline.policy(at: 2_000).days(.recordings, of: [patient]) == 900)
    #expect(timeline.policy(at: 2_000).days(.recordings) == 365)
    let ended = try made(.recordings, 900, nil, at: 3_000, patient: patient, after: begun)
    let after = RetentionTimeline(ended, setting: 1)
    #expect(after.policy(at: 3_000).days(.recordings, of: [patient]) == 900)
    #expect(after.policy(at: 3_000 + 7 * day).days(.recordings, of: [patient]) == 365)
  }

  @Test func theSettingCountsOnlyWhileNothingIsWrittenDown() {
    #expect(RetentionTimeline([], setting: 42).policy(at: 9).days(.alerts) == 42)
    #expect(RetentionTimeline(beginning, setting: 42).policy(at: 9).days(.alerts) == 365)
  }

  @Test func aClockThatJumpedIsNotBelieved() {
    let run = RetentionRun(number: 1, startedAt: 100 * day, actor: "svc.retention", outcome: .done)
    #expect(!RetentionClock.isDoubtful(100 * day + 1, runs: [run], beginning: 1))
    #expect(!RetentionClock.isDoubtful(107 * day, runs: [run], beginning: 1))
    #expect(RetentionClock.isDoubtful(107 * day + 1, runs: [run], beginning: 1))
    #expect(RetentionClock.isDoubtful(99 * day, runs: [run], beginning: 1))
    let refused = RetentionRun(number: 2, startedAt: 400 * day, actor: "svc.retention", outcome: .clockDoubtful)
    #expect(RetentionClock.isDoubtful(400 * day + 1, runs: [refused, run], beginning: 1), "a refusal is no measure")
    #expect(!RetentionClock.isDoubtful(5 * day, runs: [], beginning: day))
    #expect(RetentionClock.isDoubtful(5 * day, runs: [], beginning: nil))
  }
}
