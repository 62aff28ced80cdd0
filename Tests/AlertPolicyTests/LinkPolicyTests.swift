import AlertPolicy
import Findings
import RhythmScripts
import Store
import Testing

@Suite("Silence, successors and reminders")
struct LinkPolicyTests {
  static let second: UInt64 = 1_000_000
  let configuration = AlertPolicyConfiguration()

  private func tick(
    _ now: UInt64, last: UInt64, isLatest: Bool = true, since: UInt64 = 0, acknowledged: Set<AlertID> = []
  ) -> PolicyTick {
    PolicyTick(
      now: now * Self.second, lastReceivedAt: last * Self.second, isLatestSession: isLatest,
      watchingSince: since * Self.second, acknowledged: acknowledged)
  }

  @Test("silence opens one alert and its end resolves it")
  func silence() {
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    #expect(machine.tick(tick(1059, last: 1000), under: configuration).isEmpty)
    let opened = machine.tick(tick(1060, last: 1000), under: configuration)
    #expect(opened.rules == [.noData])
    #expect(opened.opened.first?.body.onset == 1000 * Self.second)
    for now in 1061..<1200 { #expect(machine.tick(tick(UInt64(now), last: 1000), under: configuration).isEmpty) }
    let resolved = machine.tick(tick(1201, last: 1200), under: configuration)
    #expect(resolved.resolved.map(\.id) == opened.opened.map(\.id))
    #expect(machine.tick(tick(1202, last: 1200), under: configuration).isEmpty)
  }

  @Test("a restart gives devices time to come back, and finds the same name")
  func restart() {
    var first = PolicyMachine(reference: Names.reference, configuration: configuration)
    let opened = first.tick(tick(1060, last: 1000), under: configuration)
    var second = PolicyMachine(reference: Names.reference, configuration: configuration)
    #expect(second.tick(tick(2000, last: 1000, since: 1990), under: configuration).isEmpty)
    let again = second.tick(tick(2050, last: 1000, since: 1990), under: configuration)
    #expect(again.opened.map(\.id) == opened.opened.map(\.id))
  }

  @Test("a session that ended long ago opens nothing")
  func forgotten() {
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    #expect(machine.tick(tick(1000 + 86_400, last: 1000), under: configuration).isEmpty)
  }

  @Test("a new session ends silence at once, and the rest when the old one has nothing left to say")
  func successor() {
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.rhythm(90, rate: 180)
    let rhythm = script.findings().flatMap { machine.evaluate($0, under: configuration, now: 1000 * Self.second) }
    #expect(rhythm.rules == [.tachycardia])
    #expect(machine.tick(tick(1060, last: 1000), under: configuration).rules == [.noData])
    let returned = machine.tick(tick(1070, last: 1069, isLatest: false), under: configuration)
    #expect(returned.resolved.map(\.body.rule) == [.noData])
    let quiet = machine.tick(tick(1200, last: 1069, isLatest: false), under: configuration)
    #expect(quiet.resolved.map(\.body.rule) == [.tachycardia])
    #expect(machine.isSuperseded)
    #expect(machine.tick(tick(1300, last: 1069, isLatest: false), under: configuration).isEmpty)
  }

  @Test("a high alert is told again, a bounded number of times, until somebody acknowledges")
  func reminders() throws {
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.rhythm(90, rate: 180)
    let start: UInt64 = 1000
    let actions = script.findings().flatMap { machine.evaluate($0, under: configuration, now: start * Self.second) }
    let id = try #require(actions.opened.first?.id)
    var ordinals: [Int] = []
    for now in stride(from: start, to: start + 4000, by: 1) {
      for case .remind(let episode, let ordinal) in machine.tick(tick(now, last: now), under: configuration) {
        #expect(episode.id == id)
        ordinals.append(ordinal)
      }
    }
    #expect(ordinals == [1, 2, 3, 4, 5, 6])
    var other = PolicyMachine(reference: Names.reference, configuration: configuration)
    _ = script.findings().flatMap { other.evaluate($0, under: configuration, now: start * Self.second) }
    #expect(other.alertsAwaitingAcknowledgement(now: (start + 300) * Self.second, under: configuration) == [id])
    #expect(other.tick(tick(start + 300, last: start + 300, acknowledged: [id]), under: configuration).isEmpty)
  }

  @Test("a medium alert is told once")
  func mediumIsToldOnce() {
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    #expect(machine.tick(tick(1060, last: 1000), under: configuration).rules == [.noData])
    #expect(machine.tick(tick(9000, last: 1000), under: configuration).isEmpty)
  }
}
