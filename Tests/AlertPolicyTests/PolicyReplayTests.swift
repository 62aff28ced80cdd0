import AlertPolicy
import Findings
import RhythmScripts
import Testing

@Suite("Past findings under another policy")
struct PolicyReplayTests {
  private func alerts(
    _ findings: [Finding], under configuration: AlertPolicyConfiguration = AlertPolicyConfiguration()
  ) -> [ReplayedAlert] {
    PolicyReplay.alerts(of: findings, reference: Names.reference, under: configuration)
  }

  @Test("a replay opens, worsens and resolves what the machine does, under the same names")
  func same() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(90, rate: 140)
    script.rhythm(90, rate: 160)
    script.rhythm(120, rate: 75)
    let replayed = alerts(script.findings())
    let actions = decisions(script)
    #expect(replayed.map(\.id) == actions.opened.map(\.id))
    let alert = try #require(replayed.first)
    #expect(alert.openingSeverity == .medium)
    #expect(alert.body.severity == .high)
    #expect(alert.worsened.map(\.severity) == [.high])
    let resolvedAt = try #require(alert.resolvedAt)
    let end = try #require(alert.body.end)
    #expect(alert.body.onset < alert.openedAt && alert.openedAt < end && end < resolvedAt)
    #expect(alert.openedSample > alert.body.onsetSample)
  }

  @Test("another limit gives other alerts")
  func limits() {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(120, rate: 140)
    script.rhythm(120, rate: 75)
    #expect(alerts(script.findings()).count == 1)
    var configuration = AlertPolicyConfiguration()
    configuration.tachycardia.onRate = 150
    configuration.tachycardia.extremeRate = 170
    #expect(alerts(script.findings(), under: configuration).isEmpty)
    configuration = AlertPolicyConfiguration()
    configuration.tachycardia.isEnabled = false
    #expect(alerts(script.findings(), under: configuration).isEmpty)
  }

  @Test("silence between two findings was an alert of its own")
  func silence() {
    var script = RhythmScript()
    script.rhythm(120, rate: 75)
    let findings = script.findings().enumerated().map { index, finding in
      var finding = finding
      if index >= 40 {
        finding.captureTime += 90_000_000
        finding.receivedAt = finding.receivedAt.map { $0 + 90_000_000 }
        finding.firstSample += 90 * 125
        finding.missingSamples = index == 40 ? 90 * 125 : 0
        finding.beats = finding.beats.enumerated().map { position, beat in
          var beat = beat
          beat.position += 90 * 125
          if index == 40, position == 0 { beat.rrMilliseconds = nil }
          return beat
        }
      }
      return finding
    }
    let replayed = alerts(findings)
    #expect(replayed.map(\.body.rule) == [.noData])
    #expect(replayed.first?.resolvedAt == findings[40].receivedAt)
  }
}
