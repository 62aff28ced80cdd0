import AlertPolicy
import Findings
import Foundation
import RhythmScripts
import Testing
import Wire

@Suite("Rhythms that a model tells, and what a device says of itself")
struct ModelPolicyTests {
  @Test("a ventricular rhythm in the waveform is told within six seconds, though its quality is poor")
  func ventricular() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.waveform(30, ventricular: 0.98)
    let actions = decisions(script)
    #expect(actions.rules == [.ventricularFibrillation])
    let body = try #require(actions.opened.first).body
    #expect(body.severity == .high)
    #expect(body.evidence.first { $0.name == "probability" }?.value == 0.98)
    var early = RhythmScript()
    early.rhythm(60, rate: 70)
    early.waveform(6, ventricular: 0.98)
    #expect(decisions(early).rules == [.ventricularFibrillation])
    script.rhythm(300, rate: 70)
    let whole = decisions(script)
    #expect(whole.opened.count == 1 && whole.resolved.count == 1)
  }

  @Test("movement and muscle do not ring, nor does a single window, nor a doubtful one")
  func noise() {
    for (seconds, probability, readability) in [(30.0, 0.98, 0.1), (1.4, 0.98, 0.9), (30, 0.45, 0.9)] {
      var script = RhythmScript()
      script.rhythm(60, rate: 70)
      script.waveform(min(seconds, 7), ventricular: probability, readability: readability)
      script.rhythm(60, rate: 70)
      #expect(decisions(script).rules.filter { $0 == .ventricularFibrillation }.isEmpty)
    }
    var script = RhythmScript()
    script.rhythm(60, rate: 70)
    script.leadOff(60)
    #expect(decisions(script).rules == [.leadOff])
  }

  @Test("atrial fibrillation must hold for a minute, and between the limits it goes on")
  func fibrillation() throws {
    var script = RhythmScript()
    script.rhythm(60, rate: 80)
    script.fibrillation(50, probability: 0.9)
    #expect(decisions(script).isEmpty)
    script.fibrillation(120, probability: 0.9)
    script.fibrillation(300, probability: 0.5)
    let actions = decisions(script)
    #expect(actions.rules == [.atrialFibrillation])
    #expect(actions.resolved.isEmpty)
    // What the model says holds for a beat twenty seconds earlier.
    let body = try #require(actions.opened.first).body
    #expect(body.onsetSample < 60 * 125)
    script.rhythm(400, rate: 80)
    #expect(decisions(script).resolved.map(\.body.rule) == [.atrialFibrillation])
  }

  @Test("atrial fibrillation in a signal that cannot be read is not told")
  func unreadable() {
    var script = RhythmScript()
    script.rhythm(60, rate: 80)
    script.fibrillation(300, probability: 0.95, quality: 0.1)
    script.rhythm(60, rate: 80)
    #expect(decisions(script).rules == [.poorSignal])
  }

  private func status(_ sequence: UInt64, battery: Double) -> Finding {
    Finding(
      sequence: sequence, kind: .status, firstSample: 0, sampleCount: 0,
      captureTime: RhythmScript.epoch + sequence * 60_000_000, isClockSynchronised: true,
      status: StatusReading(battery: battery))
  }

  @Test("a battery is low after two reports, critical below five per cent, and over when it has been charged")
  func battery() {
    let configuration = AlertPolicyConfiguration()
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    let charges = [0.5, 0.14, 0.2, 0.14, 0.13, 0.2, 0.12, 0.11, 0.04, 0.03, 0.2, 0.3, 0.9]
    let actions = charges.enumerated().map { index, charge in
      machine.evaluate(status(UInt64(index), battery: charge), under: configuration, now: 0)
    }
    #expect(actions.prefix(4).flatMap(\.self).isEmpty)
    #expect(actions[4].opened.map(\.body.severity) == [.low])
    #expect(actions[5].isEmpty && actions[6].isEmpty)
    #expect(actions[8].worsened.map(\.body.severity) == [.medium])
    #expect(actions[10].isEmpty)
    #expect(actions[11].resolved.count == 1)
    #expect(actions[12].isEmpty)
  }

  /// Ten minutes whose chunks arrive `delay(second)` after their end.
  private func clock(isSet: Bool = true, _ delay: (Double) -> Double) -> [PolicyAction] {
    var script = RhythmScript()
    script.rhythm(900, rate: 70)
    let configuration = AlertPolicyConfiguration()
    var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
    return script.findings().flatMap { finding in
      var finding = finding
      finding.isClockSynchronised = isSet
      let second = Double(finding.firstSample + 187) / 125
      finding.receivedAt = UInt64(Int64(finding.captureTime) + 1_496_000 + Int64(delay(second) * 1e6))
      return machine.evaluate(finding, under: configuration, now: 0)
    }
  }

  @Test("a clock that was never set, runs ahead or stays behind is told; late data that catches up is not")
  func clocks() {
    #expect(clock { _ in 0.2 }.isEmpty)
    #expect(clock(isSet: false) { _ in 0.2 }.rules == [.deviceClock])
    #expect(clock { _ in -60 }.rules == [.deviceClock])
    #expect(clock { _ in 3600 }.rules == [.deviceClock])
    #expect(clock { max(0.2, 800 - $0) }.isEmpty)
    #expect(clock { $0 < 200 ? -60 : 0.2 }.isEmpty)
    let mended = clock { $0 < 400 ? -60 : 0.2 }
    #expect(mended.rules == [.deviceClock] && mended.resolved.count == 1)
  }

  @Test("an alert that was stored before there was evidence is read")
  func olderBody() throws {
    let json = #"""
      {"rule": "pause", "severity": "high", "onset": 5, "onsetSample": 7, "explanation": "No beat.", "beatCount": 2,
       "abnormalBeatCount": 0}
      """#
    let body = try JSONDecoder().decode(AlertBody.self, from: Data(json.utf8))
    #expect(
      body == AlertBody(rule: .pause, severity: .high, onset: 5, onsetSample: 7, explanation: "No beat.", beatCount: 2))
    var full = body
    full.evidence = [AlertEvidence("interval", 3.5, unit: "s", limit: 3)]
    full.beats = [100.5]
    #expect(try JSONDecoder().decode(AlertBody.self, from: JSONEncoder().encode(full)) == full)
  }
}
