import AlertPolicy
import Findings
import RhythmScripts
import Testing

@Suite("Abnormal beats and missing beats")
struct RhythmPolicyTests {
  @Test("bigeminy is one sustained abnormal rhythm and not a burden besides")
  func bigeminy() throws {
    var script = RhythmScript()
    script.rhythm(30, rate: 70)
    script.rhythm(600, rate: 70, abnormalEvery: 2)
    script.rhythm(400, rate: 70)
    let actions = decisions(script)
    #expect(actions.rules == [.sustainedAbnormalRhythm])
    #expect(actions.resolved.map(\.id) == actions.opened.map(\.id))
    let body = try #require(actions.opened.first).body
    #expect(body.severity == .medium)
    #expect(body.abnormalProbability == 0.97)
    #expect(body.explanation.contains("abnormal"))
  }

  @Test("a fast abnormal rhythm is of high severity")
  func fast() {
    var script = RhythmScript()
    script.rhythm(30, rate: 70)
    script.rhythm(60, rate: 125, abnormalEvery: 1)
    #expect(decisions(script).opened.map(\.body.severity) == [.high])
  }

  @Test(
    "shares at the edges",
    arguments: [
      (20, [AlertRule]()), (8, []), (6, [.ectopicBurden]), (4, [.ectopicBurden]), (2, [.sustainedAbnormalRhythm]),
    ])
  func burden(abnormalEvery: Int, expected: [AlertRule]) {
    var script = RhythmScript()
    script.rhythm(900, rate: 72, abnormalEvery: abnormalEvery)
    #expect(decisions(script).rules == expected)
  }

  @Test("a short run is no sustained rhythm")
  func shortRun() {
    var script = RhythmScript()
    script.rhythm(300, rate: 75)
    script.rhythm(8, rate: 110, abnormalEvery: 1)
    script.rhythm(300, rate: 75)
    #expect(decisions(script).isEmpty)
  }

  @Test(
    "pauses by length",
    arguments: [
      (2.9, AlertSeverity?.none, [AlertRule]()), (3.1, .medium, [.pause]), (3.9, .medium, [.pause]),
      (4.1, .high, [.asystole]), (7.5, .high, [.asystole]),
    ])
  func pause(seconds: Double, severity: AlertSeverity?, rules: [AlertRule]) {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.pause(seconds)
    script.rhythm(400, rate: 70)
    let actions = decisions(script)
    #expect(actions.opened.map(\.body.severity) == (severity.map { [$0] } ?? []))
    #expect(actions.rules == rules)
    #expect(actions.resolved.count == actions.opened.count)
  }

  @Test("a cluster of pauses is one episode; the longest among them is asystole-like")
  func cluster() {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    for seconds in [3.2, 3.5, 4.5, 3.3] {
      script.pause(seconds)
      script.rhythm(30, rate: 70)
    }
    script.rhythm(400, rate: 70)
    let actions = decisions(script)
    #expect(actions.rules == [.pause, .asystole])
    #expect(actions.resolved.count == 2)
  }

  @Test("no beat with electrodes in contact is told within ten seconds, while it lasts")
  func asystole() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.silence(12)
    let actions = decisions(script)
    #expect(actions.rules == [.asystole])
    let body = try #require(actions.opened.first).body
    #expect(body.severity == .high)
    #expect(body.explanation.contains("asystole"))
    script.rhythm(300, rate: 70)
    let whole = decisions(script)
    #expect(whole.opened.count == 1)
    #expect(whole.resolved.count == 1)
  }

  @Test("missing beats behind a lead that came off are no pause")
  func leadOffIsNoPause() {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.leadOff(60)
    script.rhythm(60, rate: 70)
    let actions = decisions(script)
    #expect(actions.rules == [.leadOff])
    #expect(actions.resolved.count == 1)
  }

  @Test("a short loss of contact opens nothing", arguments: [(6.0, 0), (15.0, 1)])
  func shortLeadOff(seconds: Double, count: Int) {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.leadOff(seconds)
    script.rhythm(60, rate: 70)
    #expect(decisions(script).opened.count == count)
  }

  @Test("a gap is no pause, and a refused chunk says nothing")
  func gap() {
    let configuration = AlertPolicyConfiguration()
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    var script = RhythmScript()
    script.rhythm(120, rate: 70)
    var actions: [PolicyAction] = []
    for (index, finding) in script.findings().enumerated() {
      var finding = finding
      if index >= 40 {
        finding.firstSample += 125 * 600
        finding.captureTime += 600_000_000
        finding.missingSamples = index == 40 ? 125 * 600 : 0
        finding.beats = finding.beats.enumerated().map { position, beat in
          var beat = beat
          beat.position += 125 * 600
          if index == 40, position == 0 { beat.rrMilliseconds = nil }
          return beat
        }
      }
      if index == 50 {
        finding.isRefused = true
        finding.beats = []
      }
      actions += machine.evaluate(finding, under: configuration, now: 0)
    }
    #expect(actions.isEmpty)
    #expect(machine.evaluatedThrough == 79)
  }
}
