import AlertPolicy
import Findings
import RhythmScripts
import Testing

@Suite("Heart rate: limits, hysteresis, duration")
struct RatePolicyTests {
  @Test("a normal rhythm opens nothing", arguments: [52.0, 60, 75, 95, 119, 128])
  func normal(rate: Double) {
    var script = RhythmScript()
    script.rhythm(1800, rate: rate)
    #expect(decisions(script).isEmpty)
  }

  @Test(
    "at the edges of the limits",
    arguments: [
      (131.0, 60.0, [AlertRule.tachycardia]), (129, 300, []), (140, 20, []), (44, 60, [.bradycardia]), (46.5, 300, []),
      (40, 20, []),
    ])
  func edges(rate: Double, seconds: Double, expected: [AlertRule]) {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(seconds, rate: rate)
    script.rhythm(60, rate: 75)
    #expect(decisions(script).rules == expected)
  }

  @Test("between the limits an episode goes on; beyond the lower one it ends, once")
  func hysteresis() {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    for _ in 0..<5 {
      script.rhythm(60, rate: 140)
      script.rhythm(60, rate: 125)
    }
    let during = decisions(script)
    #expect(during.rules == [.tachycardia])
    #expect(during.resolved.isEmpty)
    script.rhythm(20, rate: 100)
    script.rhythm(60, rate: 140)
    #expect(decisions(script).resolved.isEmpty)
    script.rhythm(90, rate: 100)
    let actions = decisions(script)
    #expect(actions.opened.count == 1)
    #expect(actions.resolved.count == 1)
    #expect(actions.resolved.first?.id == actions.opened.first?.id)
  }

  @Test("severity follows the rate, upwards")
  func severity() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(60, rate: 135)
    script.rhythm(60, rate: 165)
    let actions = decisions(script)
    #expect(actions.opened.map(\.body.severity) == [.medium])
    #expect(actions.worsened.map(\.body.severity) == [.high])
    var fast = RhythmScript()
    fast.rhythm(60, rate: 75)
    fast.rhythm(60, rate: 180)
    let opened = try #require(decisions(fast).opened.first)
    #expect(opened.body.severity == .high)
    #expect(opened.body.explanation.contains("180/min"))
    #expect(opened.body.explanation.contains("130/min"))
  }

  @Test("the onset is when the condition first held, and names the episode")
  func onset() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(90, rate: 160)
    let opened = try #require(decisions(script).opened.first)
    let second = Double(opened.body.onset - RhythmScript.epoch) / 1e6
    #expect((60...72).contains(second))
    #expect(abs(Double(opened.body.onsetSample) / 125 - second) < 0.01)
  }

  @Test("an unreadable signal opens no rhythm alert")
  func unreadable() {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(600, rate: 180, abnormalEvery: 1, quality: 0.1)
    script.rhythm(60, rate: 75)
    #expect(decisions(script).rules == [.poorSignal])
  }

  @Test("a rule that is not in force sees nothing")
  func disabled() {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(120, rate: 180)
    var configuration = AlertPolicyConfiguration()
    configuration.tachycardia.isEnabled = false
    #expect(decisions(script, under: configuration).isEmpty)
  }
}
