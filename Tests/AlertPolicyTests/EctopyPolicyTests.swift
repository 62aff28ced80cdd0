import AlertPolicy
import Findings
import RhythmScripts
import Testing

@Suite("Ventricular and supraventricular beats in a row, in pairs, in patterns")
struct EctopyPolicyTests {
  /// Something between two stretches of normal rhythm, with the decisions on it.
  private func between(
    _ seconds: Double = 400, under configuration: AlertPolicyConfiguration = AlertPolicyConfiguration(),
    _ build: (inout RhythmScript) -> Void
  ) -> [PolicyAction] {
    var script = RhythmScript()
    script.beats("N", 60, rate: 70)
    build(&script)
    script.beats("N", seconds, rate: 70)
    return decisions(script, under: configuration)
  }

  @Test(
    "runs by length and rate",
    arguments: [
      ("VV", 120.0, AlertSeverity?.none), ("VVV", 120, .medium), ("VVVV", 110, .medium), ("VVVVV", 120, .high),
      ("VVV", 185, .high), ("VVV", 80, .low), ("VVVVVVVV", 80, .low), ("VNVNV", 120, nil), ("VFV", 120, nil),
      ("VV", 190, .high), ("vv", 190, nil), ("Vv", 190, nil), ("vvv", 190, .high),
    ])
  func runs(classes: String, rate: Double, severity: AlertSeverity?) throws {
    let actions = between { $0.beats(classes, rate: rate) }
    #expect(actions.rules == (severity == nil ? [] : [.ventricularRun]))
    guard let severity else { return }
    #expect(actions.opened.last.map(\.body)?.severity == severity || actions.worsened.last?.body.severity == severity)
    let body = try #require(actions.resolved.first).body
    #expect(body.beats.count >= 2 && body.beats.count <= classes.count)
    #expect(body.evidence.contains { $0.name == "run-beats" && $0.limit == 3 })
    #expect(body.explanation.contains("ventricular beats in a row"))
  }

  @Test("a run with one beat that is called normal and may be ventricular is a run; without that chance it is none")
  func tolerance() throws {
    let actions = between { $0.beats("VnV", rate: 120) }
    #expect(actions.rules == [.ventricularRun])
    let body = try #require(actions.opened.first).body
    #expect(body.evidence.first { $0.name == "supporting-beats" }?.value == 1)
    #expect(between { $0.beats("VNV", rate: 120) }.isEmpty)
    #expect(between { $0.beats("nnnn", rate: 120) }.isEmpty)
    #expect(between { $0.beats("Vnn", rate: 120) }.isEmpty)
  }

  @Test(
    "a late, wide beat is an escape beat and continues a run, whatever it is called; one that comes on time, or is narrow, does not"
  )
  func escape() {
    #expect(between { $0.beats("VWV", rate: 45) }.rules == [.ventricularRun])
    #expect(between { $0.beats("VNV", rate: 45) }.isEmpty)
    #expect(between { $0.beats("VWV", rate: 60) }.isEmpty)
    #expect(between { $0.beats("VWNW", rate: 45) }.isEmpty)
  }

  @Test("what may be ventricular ahead of a run does not hide it")
  func lead() throws {
    let actions = between { $0.beats("sVnV", rate: 120) }
    #expect(actions.rules == [.ventricularRun])
    #expect(try #require(actions.opened.first).body.evidence.first { $0.name == "run-beats" }?.value == 3)
    #expect(between { $0.beats("snsV", rate: 120) }.isEmpty)
  }

  @Test("bigeminy whose ectopic beats are half of them called supraventricular is bigeminy; more of them are not")
  func doubtfulBigeminy() {
    #expect(between { $0.beats("NVNs", 60, rate: 80) }.rules == [.bigeminy])
    #expect(!between { $0.beats("NVNsNs", 60, rate: 80) }.rules.contains(.bigeminy))
    #expect(!between { $0.beats("NVNS", 60, rate: 80) }.rules.contains(.bigeminy))
  }

  @Test("beats that cannot be read make no run, no couplet and no pattern")
  func noise() {
    #expect(between { $0.beats("VVVVVV", rate: 150, quality: 0.1) }.isEmpty)
    #expect(between { $0.beats("NV", 120, rate: 80, quality: 0.1) }.rules == [.poorSignal])
    #expect(between { $0.beats("NNVV", 120, rate: 80, quality: 0.1) }.rules == [.poorSignal])
  }

  @Test("runs that follow each other are one episode, which ends once")
  func cluster() {
    let actions = between(600) { script in
      for _ in 0..<4 {
        script.beats("VVV", rate: 120)
        script.beats("N", 100, rate: 70)
      }
      script.beats("VVVVVV", rate: 130)
    }
    #expect(actions.rules == [.ventricularRun])
    #expect(actions.worsened.map(\.body.severity) == [.high])
    #expect(actions.resolved.count == 1)
    let apart = between(600) { script in
      script.beats("VVV", rate: 120)
      script.beats("N", 400, rate: 70)
      script.beats("VVV", rate: 120)
    }
    #expect(apart.rules == [.ventricularRun, .ventricularRun])
  }

  @Test("five couplets in five minutes are told, four are not, and the page can show which beats they are")
  func couplets() throws {
    for (count, expected) in [(4, [AlertRule]()), (5, [.couplets])] {
      let actions = between(1000) { script in
        for _ in 0..<count {
          script.beats("VV", rate: 100)
          script.beats("N", 30, rate: 70)
        }
      }
      #expect(actions.rules == expected)
      #expect(actions.resolved.count == expected.count)
      if let body = actions.opened.first?.body { #expect(body.beats.count == 10) }
    }
  }

  @Test(
    "patterns by name, after twenty seconds",
    arguments: [
      ("NV", 40.0, [AlertRule.bigeminy]), ("NNV", 60, [.trigeminy]), ("NV", 15, []), ("NNV", 15, []), ("NNNV", 60, []),
      ("NVNNV", 60, []),
    ])
  func patterns(classes: String, seconds: Double, expected: [AlertRule]) {
    let actions = between(500) { $0.beats(classes, seconds, rate: 90) }
    #expect(actions.rules == expected)
    #expect(actions.resolved.map(\.body.rule) == expected)
  }

  @Test("a pattern lasts from the beats that lead to its first ventricular one")
  func patternBegins() throws {
    // Fourteen pairs at 80/min: 20.25 s from the first normal beat to the last ventricular one, 19.5 s from the first of those.
    let body = try #require(between { $0.beats(String(repeating: "NV", count: 14), rate: 80) }.opened.first).body
    #expect(body.rule == .bigeminy)
    let seconds = try #require(body.evidence.first { $0.name == "pattern-seconds" }).value
    #expect(abs(seconds - 20.25) < 0.02)
    #expect(between { $0.beats(String(repeating: "NV", count: 13), rate: 80) }.isEmpty)
  }

  @Test("bigeminy is not told a second time as an abnormal rhythm or a burden")
  func implied() {
    let actions = between(400) { $0.beats("NV", 1200, rate: 80) }
    #expect(actions.rules.filter { $0 != .ectopicBurden } == [.bigeminy])
  }

  @Test(
    "supraventricular beats in a row",
    arguments: [("SSSS", 140.0, [AlertRule]()), ("SSSSS", 140, [.supraventricularTachycardia]), ("SSSSSS", 80, [])])
  func supraventricular(classes: String, rate: Double, expected: [AlertRule]) {
    #expect(between { $0.beats(classes, rate: rate) }.rules == expected)
  }

  @Test("a rule that is switched off says nothing, and a severity is the policy's")
  func choices() {
    var configuration = AlertPolicyConfiguration()
    configuration.ventricularRun.isEnabled = false
    #expect(between(under: configuration) { $0.beats("VVV", rate: 120) }.isEmpty)
    configuration = AlertPolicyConfiguration()
    configuration.ventricularRun.severity = .high
    #expect(between(under: configuration) { $0.beats("VVV", rate: 120) }.opened.map(\.body.severity) == [.high])
  }
}
