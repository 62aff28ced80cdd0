import Cardio
import Foundation
import Testing

@Suite("The rhythm analysis as a stream")
struct RhythmStreamTests {
  /// Beats of every kind: runs, pauses, bigeminy, irregular stretches.
  private var mixed: RhythmScript {
    var lottery = Lottery(seed: 11)
    var script = RhythmScript()
    script.add("NNNNNNVVNNVVVNNNVNVNVNVNNSSSNNNN", rate: 110)
    script.add("N", seconds: 3)
    for _ in 0..<120 { script.add("N", seconds: 0.4 + 0.6 * Double.random(in: 0...1, using: &lottery)) }
    script.add("NNNNNNNNVVVVVVVVVNNNN", rate: 120)
    script.add(String(repeating: "N", count: 60), rate: 75)
    return script
  }

  @Test("however the signal is cut, the events are the same")
  func cuts() {
    let whole = mixed.events(chunk: 1_000_000)
    #expect(whole.count > 12)
    for chunk in [1, 7, 64, 187, 1_000] { #expect(mixed.events(chunk: chunk) == whole) }
  }

  @Test("a checkpoint goes on as if nothing had been")
  func checkpoint() throws {
    let script = mixed
    let samples = [Int16](repeating: 0, count: Int(script.position) + 200)
    var whole = RhythmAnalyzer()
    var resumed = RhythmAnalyzer()
    for start in stride(from: 0, to: samples.count, by: 187) {
      let end = min(start + 187, samples.count)
      let beats = script.beats.filter { $0.position >= Double(start) && $0.position < Double(end) }
      let chunk = samples.span.extracting(start..<end)
      resumed = try PropertyListDecoder().decode(RhythmAnalyzer.self, from: PropertyListEncoder().encode(resumed))
      let first = whole.process(chunk, nanovoltsPerLSB: 1000, firstSample: UInt64(start), leadOff: false, beats: beats)
      let second = resumed.process(
        chunk, nanovoltsPerLSB: 1000, firstSample: UInt64(start), leadOff: false, beats: beats)
      #expect(first == second)
    }
    #expect(whole == resumed)
    #expect(whole.finish(beats: []) == resumed.finish(beats: []))
  }

  @Test("a gap and lead-off end every episode where the signal ended", arguments: [false, true])
  func gaps(leadOff: Bool) {
    var script = RhythmScript()
    script.add("NN" + String(repeating: "V", count: 30), rate: 120)
    let end = Int(script.position) + 10
    let samples = [Int16](repeating: 0, count: end)
    var analyzer = RhythmAnalyzer()
    var events = analyzer.process(
      samples.span, nanovoltsPerLSB: 1000, firstSample: 0, leadOff: false, beats: script.beats)
    events += analyzer.process(
      samples.span.extracting(..<100), nanovoltsPerLSB: 1000, firstSample: UInt64(leadOff ? end : end + 5),
      leadOff: leadOff, beats: [])
    let open = events.reduce(into: [Rhythm: Int]()) { open, event in
      if case .began = event {
        open[event.episode.rhythm, default: 0] += 1
      } else {
        open[event.episode.rhythm, default: 0] -= 1
      }
    }
    #expect(open.values.allSatisfy { $0 == 0 })
    let run = events.last { $0.episode.rhythm == .ventricularTachycardia }?.episode
    #expect(run?.beats == 30 && run?.offset == script.position)
    #expect(events.allSatisfy { $0.episode.offset <= Double(end) })
  }

  @Test("every event that began ends, and ends behind its beginning")
  func pairing() {
    var open: Set<Rhythm> = []
    for event in mixed.events() {
      switch event {
      case .began(let episode): #expect(open.insert(episode.rhythm).inserted)
      case .ended(let episode):
        #expect(open.remove(episode.rhythm) != nil)
        #expect(episode.offset >= episode.onset && (0...1).contains(episode.confidence))
      }
    }
    #expect(open.isEmpty)
  }

  @Test("hostile beats and samples do no harm")
  func hostile() {
    let bad = [
      RhythmBeat(position: .nan, beatClass: .ventricular, confidence: .nan, rrSeconds: .nan, quality: .nan),
      RhythmBeat(position: .infinity, beatClass: .ventricular, rrSeconds: .infinity),
      RhythmBeat(position: -1e300, beatClass: .ventricular, rrSeconds: -1),
      RhythmBeat(position: 50, beatClass: .ventricular, confidence: 9, rrSeconds: 1e300),
      RhythmBeat(position: 20, beatClass: .ventricular, rrSeconds: 0.5),
      RhythmBeat(position: 50.5, beatClass: .ventricular, rrSeconds: 1e-300),
    ]
    #expect(bad[0].rrSeconds == nil && bad[0].confidence == 0 && bad[3].confidence == 1 && bad[2].rrSeconds == nil)
    let samples = (0..<2_000).map { Int16(truncatingIfNeeded: $0 &* 40_503) }
    var analyzer = RhythmAnalyzer()
    var events: [RhythmEvent] = []
    for start in [0, 0, 1_000, 500, 9_000] {
      events += analyzer.process(
        samples.span, nanovoltsPerLSB: .max, firstSample: UInt64(start), leadOff: false, beats: bad)
    }
    events += analyzer.finish(beats: bad)
    for event in events {
      #expect(event.episode.onset.isFinite && event.episode.offset.isFinite && event.episode.confidence.isFinite)
    }
    #expect(analyzer.finish(beats: bad).isEmpty)
  }
}
