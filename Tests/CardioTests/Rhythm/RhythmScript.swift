import Cardio

/// Beats written as letters, and what the analysis says of them.
struct RhythmScript {
  /// R peaks in samples, with classes; the letter ` ` is a beat left out.
  private(set) var beats: [RhythmBeat] = []
  /// Where the next beat follows.
  private(set) var position = 125.0

  /// Appends beats of the letters N S V F Q at equal distances; the first follows the last beat by as much.
  mutating func add(_ letters: String, rate: Double) {
    for letter in letters { add(letter, seconds: 60 / rate) }
  }

  /// Appends one beat so many seconds behind the last one.
  mutating func add(_ letter: Character, seconds: Double) {
    if !beats.isEmpty { position += seconds * 125 }
    let beatClass = BeatClass(rawValue: String(letter)) ?? .unknown
    beats.append(RhythmBeat(position: position, beatClass: beatClass, rrSeconds: beats.isEmpty ? nil : seconds))
  }

  /// Every event over a flat line that ends `tail` seconds behind the last beat.
  func events(chunk: Int = 187, tail: Double = 1) -> [RhythmEvent] {
    var analyzer = RhythmAnalyzer()
    return events(&analyzer, chunk: chunk, tail: tail)
  }

  func events(_ analyzer: inout RhythmAnalyzer, chunk: Int = 187, tail: Double = 1) -> [RhythmEvent] {
    let samples = [Int16](repeating: 0, count: Int(position + tail * 125))
    var events: [RhythmEvent] = []
    var next = 0
    for start in stride(from: 0, to: samples.count, by: chunk) {
      let end = min(start + chunk, samples.count)
      let first = next
      while next < beats.count, beats[next].position < Double(end) { next += 1 }
      events += analyzer.process(
        samples.span.extracting(start..<end), nanovoltsPerLSB: 1000, firstSample: UInt64(start), leadOff: false,
        beats: Array(beats[first..<next]))
    }
    return events + analyzer.finish(beats: [])
  }

  /// The complete episodes of a rhythm.
  func episodes(_ rhythm: Rhythm, tail: Double = 1) -> [RhythmEpisode] {
    events(tail: tail).compactMap { event in
      if case .ended(let episode) = event, episode.rhythm == rhythm { episode } else { nil }
    }
  }
}
