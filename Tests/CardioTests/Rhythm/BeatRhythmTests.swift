import Cardio
import Testing

@Suite("Rhythms of classified beats")
struct BeatRhythmTests {
  private func script(_ letters: String, rate: Double) -> RhythmScript {
    var script = RhythmScript()
    script.add(letters, rate: rate)
    return script
  }

  @Test("two ventricular beats are a couplet, one and three are not")
  func couplet() {
    let pair = script("NNNVVNNN", rate: 60)
    #expect(pair.episodes(.couplet).map(\.onset) == [pair.beats[3].position])
    #expect(pair.episodes(.couplet).map(\.offset) == [pair.beats[4].position])
    #expect(script("NNNVNNN", rate: 60).episodes(.couplet).isEmpty)
    #expect(script("NNNVVVNNN", rate: 60).episodes(.couplet).isEmpty)
    #expect(script("NNNVV", rate: 60).episodes(.couplet).count == 1)
    #expect(script("NNNVFVNNN", rate: 60).episodes(.couplet).isEmpty)
  }

  @Test("three ventricular beats are a run; from 100 a minute it is tachycardia")
  func run() {
    let fast = script("NNVVVNN", rate: 100)
    #expect(fast.episodes(.ventricularTachycardia).map(\.onset) == [fast.beats[2].position])
    #expect(fast.episodes(.ventricularTachycardia).map(\.offset) == [fast.beats[4].position])
    #expect(fast.episodes(.ventricularTachycardia).first?.beats == 3)
    #expect(fast.episodes(.idioventricular).isEmpty)
    let slow = script("NNVVVVNN", rate: 99)
    #expect(slow.episodes(.ventricularTachycardia).isEmpty)
    #expect(slow.episodes(.idioventricular).map(\.beats) == [4])
  }

  @Test("a run that becomes fast changes its name where it does")
  func accelerating() {
    var script = script("NNVVV", rate: 80)
    script.add("VVV", rate: 150)
    script.add("NN", rate: 80)
    #expect(script.episodes(.idioventricular).map(\.offset) == [script.beats[3].position])
    #expect(script.episodes(.ventricularTachycardia).map(\.onset) == [script.beats[3].position])
    #expect(script.episodes(.ventricularTachycardia).map(\.offset) == [script.beats[7].position])
    #expect((script.episodes(.ventricularTachycardia).first?.rate ?? 0) > 149)
  }

  @Test("three supraventricular ectopic beats from 100 a minute are supraventricular tachycardia")
  func supraventricular() {
    let script = script("NNNSSSSNNN", rate: 130)
    #expect(script.episodes(.supraventricularTachycardia).map(\.beats) == [4])
    #expect(self.script("NNNSSNNN", rate: 130).episodes(.supraventricularTachycardia).isEmpty)
    #expect(self.script("NNNSSSNNN", rate: 90).episodes(.supraventricularTachycardia).isEmpty)
  }

  @Test("bigeminy and trigeminy begin with the third ventricular beat in place and end with the last")
  func patterns() {
    let second = script("NNVNVNVNVNN", rate: 70)
    #expect(second.episodes(.bigeminy).map(\.onset) == [second.beats[2].position])
    #expect(second.episodes(.bigeminy).map(\.offset) == [second.beats[8].position])
    #expect(second.episodes(.trigeminy).isEmpty)
    #expect(script("NNVNVNN", rate: 70).episodes(.bigeminy).isEmpty)
    let third = script("NVNNVNNVNNN", rate: 70)
    #expect(third.episodes(.trigeminy).map(\.onset) == [third.beats[1].position])
    #expect(third.episodes(.trigeminy).map(\.offset) == [third.beats[7].position])
    #expect(third.episodes(.bigeminy).isEmpty)
  }

  @Test("an interval of two seconds is a pause, of four asystole")
  func pauses() {
    for (seconds, expected) in [(1.99, nil), (2, Rhythm.pause), (3.99, .pause), (4, .asystole), (9, .asystole)] {
      var script = script("NNNN", rate: 60)
      let last = script.position
      script.add("N", seconds: seconds)
      script.add("NNN", rate: 60)
      let told = [Rhythm.pause, .asystole].flatMap { script.episodes($0) }
      #expect(told.map(\.rhythm) == [expected].compactMap(\.self))
      #expect(told.allSatisfy { $0.onset == last && $0.offset == last + seconds * 125 })
    }
  }

  @Test("asystole is told while it lasts, and once")
  func asystole() {
    let script = script("NNNN", rate: 60)
    let events = script.events(tail: 20).filter { $0.episode.rhythm == .asystole }
    #expect(events.count == 2)
    #expect(events.last?.episode.onset == script.position)
    #expect(events.last?.episode.offset == (script.position + 20 * 125).rounded(.down))
    #expect(self.script("NNNN", rate: 60).events(tail: 3.9).isEmpty)
  }

  @Test("tachycardia needs ten seconds beyond its limit, and does not flap at it")
  func rates() {
    var script = script("NNNNNNNNNN", rate: 80)
    script.add(String(repeating: "N", count: 40), rate: 120)
    script.add(String(repeating: "N", count: 40), rate: 98)
    script.add(String(repeating: "N", count: 40), rate: 80)
    let told = script.episodes(.tachycardia)
    #expect(told.count == 1)
    // The median of eight intervals passes the limit with the fourth or fifth fast one.
    #expect(told.first.map { (script.beats[10].position...script.beats[15].position).contains($0.onset) } ?? false)
    #expect(told.first.map { (script.beats[90].position...script.beats[95].position).contains($0.offset) } ?? false)
    var short = self.script("NNNNNNNNNN", rate: 80)
    short.add(String(repeating: "N", count: 16), rate: 120)
    short.add(String(repeating: "N", count: 20), rate: 80)
    #expect(short.episodes(.tachycardia).isEmpty)
    #expect(self.script(String(repeating: "N", count: 20), rate: 40).episodes(.bradycardia).count == 1)
    #expect(self.script(String(repeating: "N", count: 40), rate: 52).episodes(.bradycardia).isEmpty)
  }

  @Test("irregular beats without P waves are fibrillation from end to end; regular ones and bigeminy are not")
  func fibrillation() {
    var lottery = Lottery(seed: 5)
    var script = RhythmScript()
    for _ in 0..<200 { script.add("N", seconds: 0.45 + 0.55 * Double.random(in: 0...1, using: &lottery)) }
    let told = script.episodes(.atrialFibrillation)
    #expect(told.map(\.onset) == [script.beats[0].position])
    #expect(told.map(\.offset) == [script.beats[199].position])
    #expect(told.map(\.beats) == [200])
    var regular = RhythmScript()
    for _ in 0..<200 { regular.add("N", seconds: 0.8 + 0.02 * Double.random(in: 0...1, using: &lottery)) }
    #expect(regular.episodes(.atrialFibrillation).isEmpty)
    var bigeminal = RhythmScript()
    for _ in 0..<100 {
      bigeminal.add("N", seconds: 1.1)
      bigeminal.add("V", seconds: 0.5 + Double.random(in: 0...0.1, using: &lottery))
    }
    #expect(bigeminal.episodes(.atrialFibrillation).isEmpty)
  }
}
