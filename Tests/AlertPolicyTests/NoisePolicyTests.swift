import AlertPolicy
import Findings
import RhythmScripts
import Testing

@Suite("Noise, and the heart in it")
struct NoisePolicyTests {
  @Test(
    "movement without a heart is told as a signal that cannot be read, and as nothing else",
    arguments: [45.0, 120, 190])
  func movement(rate: Double) throws {
    var script = RhythmScript()
    script.movement(300, rate: rate)
    let actions = decisions(script)
    #expect(actions.rules == [.poorSignal])
    let body = try #require(actions.opened.first).body
    #expect(body.severity == .low)
    #expect(body.evidence.first { $0.name == "unreadable-share" }?.limit == 0.5)
    script.beats("N", 200, rate: 70)
    #expect(decisions(script).resolved.map(\.body.rule) == [.poorSignal])
  }

  @Test("an electrode that hangs in the air is no asystole, whether its trace is quiet or not", arguments: [0.0, 0.9])
  func nothing(quality: Double) {
    var script = RhythmScript()
    script.silence(300, quality: quality)
    #expect(decisions(script).rules == [.poorSignal])
  }

  @Test("a heart that was seen and falls silent is asystole; in noise nobody can tell, and that is told")
  func silence() {
    var script = RhythmScript()
    script.beats("N", 60, rate: 70)
    var noisy = script
    script.silence(60)
    #expect(decisions(script).rules == [.asystole])
    noisy.silence(90, quality: 0.1)
    #expect(decisions(noisy).rules == [.poorSignal])
  }

  @Test("a ventricular rhythm in the waveform needs no heart that was seen before")
  func fibrillation() {
    var script = RhythmScript()
    script.waveform(120, ventricular: 0.98)
    #expect(decisions(script).rules == [.ventricularFibrillation])
  }

  @Test("asystole behind ventricular fibrillation is an alert of its own: another treatment")
  func fibrillationIntoAsystole() {
    var script = RhythmScript()
    script.beats("N", 60, rate: 70)
    script.waveform(40, ventricular: 0.98)
    script.silence(15)
    let actions = decisions(script)
    #expect(actions.rules == [.ventricularFibrillation, .asystole])
    #expect(actions.opened.map(\.body.severity) == [.high, .high])
  }

  @Test("among doubtful beats a run must be told with certainty; a heart between them is enough to be heard again")
  func doubt() {
    func among(_ run: String, doubtful: Double) -> [AlertRule] {
      var script = RhythmScript()
      script.beats("N", 60, rate: 70)
      script.movement(doubtful, classes: "vN", rate: 80)
      script.beats(run, rate: 120)
      script.beats("N", 60, rate: 70)
      return decisions(script).rules
    }
    // Six doubtful beats among sixteen: as they come, they are no run.
    #expect(among("vvv", doubtful: 4.5) == [])
    #expect(among("VVV", doubtful: 4.5) == [.ventricularRun])
    var clean = RhythmScript()
    clean.beats("N", 60, rate: 70)
    clean.beats("vvv", rate: 120)
    clean.beats("N", 60, rate: 70)
    #expect(decisions(clean).rules == [.ventricularRun])
  }

  @Test("beats that lead to a run, and are not part of it, lend it no certainty")
  func leadingDoubt() throws {
    func among(_ run: String) -> [AlertEpisode] {
      var script = RhythmScript()
      script.beats("N", 60, rate: 70)
      script.movement(4.5, classes: "vN", rate: 80)
      script.beats(run, rate: 120)
      script.beats("N", 60, rate: 70)
      return decisions(script).opened
    }
    #expect(among("snsvvv").isEmpty)
    let body = try #require(among("snsVVV").first).body
    let mean = try #require(body.evidence.first { $0.name == "mean-probability" })
    #expect(body.rule == .ventricularRun && abs(mean.value - 0.97) < 1e-9)
    #expect(body.evidence.first { $0.name == "doubtful-beats" }.map { $0.value >= 4 && $0.limit == 4 } ?? false)
  }

  @Test("among doubtful beats an interval is one between two beats of the patient's own", arguments: [3.5, 4.5])
  func interval(seconds: Double) {
    func behind(_ own: String, doubtful: Double) -> [AlertRule] {
      var script = RhythmScript()
      script.beats("N", 60, rate: 70)
      script.movement(doubtful, classes: "vN", rate: 70)
      if !own.isEmpty { script.beats(own, rate: 70) }
      script.pause(seconds)
      script.beats("N", 60, rate: 70)
      return decisions(script).rules
    }
    let told: [AlertRule] = seconds < 4 ? [.pause] : [.asystole]
    #expect(behind("", doubtful: 5) == [])
    #expect(behind("N", doubtful: 5) == told)
    #expect(behind("", doubtful: 2) == told)
  }

  @Test("bigeminy from the first beat on is a heart: its ectopic beats are ventricular beyond doubt")
  func bigeminy() {
    var script = RhythmScript()
    script.beats("NV", 120, rate: 80)
    #expect(decisions(script).rules == [.bigeminy])
  }

  @Test("short noise opens nothing", arguments: [10.0, 20])
  func shortNoise(seconds: Double) {
    var script = RhythmScript()
    script.beats("N", 120, rate: 70)
    script.movement(seconds, rate: 80, quality: 0.1)
    script.beats("N", 120, rate: 70)
    #expect(decisions(script).isEmpty)
  }
}
