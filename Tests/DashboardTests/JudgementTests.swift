import Dashboard
import Findings
import Testing

@Suite struct JudgementTests {
  private func beats(_ count: Int, abnormal: Int) -> [BeatFinding] {
    (0..<count).map {
      BeatFinding(
        position: Double($0 * 100), time: 0, rrMilliseconds: 800, amplitudeMicrovolts: 1000,
        abnormalProbability: $0 < abnormal ? 0.9 : 0.1, isAbnormal: $0 < abnormal)
    }
  }

  @Test(arguments: [
    (7, 7, RhythmStatement.Code.tooFewBeats), (60, 0, .mostlyNormal), (60, 2, .mostlyNormal),
    (60, 3, .occasionalAbnormal),
    (60, 12, .frequentAbnormal), (60, 36, .sustainedAbnormal), (8, 8, .sustainedAbnormal),
  ])
  func rhythmInWords(count: Int, abnormal: Int, code: RhythmStatement.Code) {
    let statement = RhythmStatement(beats(count, abnormal: abnormal))
    #expect(statement.code == code && statement.beats == count)
    #expect((statement.abnormalShare == nil) == (code == .tooFewBeats))
  }

  @Test func onlyTheLatestBeatsCount() {
    let statement = RhythmStatement(beats(60, abnormal: 60) + beats(60, abnormal: 0))
    #expect(statement.code == .mostlyNormal && statement.beats == RhythmStatement.window)
  }

  @Test func statesOfAPatient() {
    let now: UInt64 = 1_000_000_000
    var facts = PatientState.Facts()
    #expect(PatientState(facts, now: now) == .noDevice)
    facts.hasDevice = true
    #expect(PatientState(facts, now: now) == .waiting)
    facts.lastReceivedAt = now - 1_000_000
    facts.lastCaptureEnd = now - 1_200_000
    facts.lastFindingReceivedAt = now - 1_000_000
    facts.isClockSynchronised = true
    facts.quality = 0.9
    #expect(PatientState(facts, now: now) == .live)
    facts.quality = 0.2
    #expect(PatientState(facts, now: now) == .poorSignal)
    facts.isLeadOff = true
    #expect(PatientState(facts, now: now) == .leadOff)
    facts.lastFindingReceivedAt = now - 9_000_000
    #expect(PatientState(facts, now: now) == .notAnalysed)
    facts.lastCaptureEnd = now - 20_000_000
    #expect(PatientState(facts, now: now) == .delayed)
    facts.lastReceivedAt = now - 4_000_001
    #expect(PatientState(facts, now: now) == .noData)
    facts.isKeyRefused = true
    #expect(PatientState(facts, now: now) == .keyRefused)
  }

  @Test func eventsAreResumedOrNot() {
    var log = EventLog(epoch: "e1")
    for _ in 0..<10 { log.append("vitals", about: .nobody, data: [0x7B, 0x7D]) }
    guard case .events(let missed) = log.resume(after: "e1-7") else {
      Issue.record("7 is known")
      return
    }
    #expect(missed.map(\.number) == [8, 9, 10])
    guard case .events(let none) = log.resume(after: log.latestID) else {
      Issue.record("the latest is known")
      return
    }
    #expect(none.isEmpty)
    for foreign in ["e2-7", "e1-11", "e1", "", "e1-x", "e1--1"] {
      guard case .restart = log.resume(after: foreign) else {
        Issue.record("\(foreign) was resumed")
        continue
      }
    }
    for _ in 0..<3 * EventLog.capacity { log.append("vitals", about: .nobody, data: [0x7B, 0x7D]) }
    guard case .restart = log.resume(after: "e1-7") else {
      Issue.record("7 is long gone")
      return
    }
  }

  @Test func aSlowPageIsToldToBeginAnew() async {
    let mailbox = EventMailbox()
    for _ in 0...EventMailbox.eventLimit { mailbox.put([[1]]) }
    guard case .resync = await mailbox.next() else {
      Issue.record("no resync")
      return
    }
    mailbox.put([[2], [3]])
    guard case .events(let events) = await mailbox.next() else {
      Issue.record("no events")
      return
    }
    #expect(events == [[2], [3]])
    // Heartbeats do not pile up, and tell when nobody takes them.
    #expect((1...5).map { _ in mailbox.beat([9]) } == [1, 2, 3, 4, 5])
    guard case .events(let beat) = await mailbox.next() else {
      Issue.record("no heartbeat")
      return
    }
    #expect(beat == [[9]] && mailbox.beat([9]) == 1)
    mailbox.close()
    guard case .closed = await mailbox.next() else {
      Issue.record("not closed")
      return
    }
  }

  @Test func bytesAreBoundedToo() async {
    let mailbox = EventMailbox()
    mailbox.put([[UInt8](repeating: 0, count: EventMailbox.byteLimit + 1)])
    guard case .resync = await mailbox.next() else {
      Issue.record("no resync")
      return
    }
  }
}
