/// Tells ventricular flutter, fibrillation and fast tachycardia from the waveform, where no beats can be told.
///
/// Every ``hop`` (1.024 s) the last 4.1 s are judged. An episode begins with the second judgement in a row that says so and ends with
/// the third that does not; both are placed in the middle of the first window that said so. Neither beats nor signal quality
/// have a say: an index that leans on the height of QRS complexes calls fibrillation noise.
package struct WaveformDetector: Hashable, Sendable, Codable {
  /// Samples at 125 Hz from one judgement to the next.
  static let hop = 128
  /// The logit from which a window shows it …
  package static let on: Float = 0
  /// … and below which an episode is over.
  package static let off: Float = -1
  /// Root mean square in µV below which a window is a flat line, whatever its shape: the finest fibrillation of the training set has 34.
  static let floor: Float = 30
  /// The logit of a window that is a flat line, flat between beats, or swings at rates that no ventricular rhythm has.
  private static let silence: Float = -6
  /// Windows in a row that begin an episode.
  static let beginning = 2
  /// Windows in a row that end it.
  static let ending = 3

  private var filter = BandPassFilter()
  private var ring = SampleRing(capacity: WaveformFeatures.window)
  private var half: Float = 0
  private var count = 0
  private var positive = 0
  private var negative = 0
  private var firstPositive = 0.0
  private var firstNegative = 0.0
  private var probability: Float = 0
  private var windows = 0
  private(set) var current: RhythmEpisode?
  /// The lowest and the highest logit judged since ``forgetLogits()``.
  private(set) var lowest: Float?
  package private(set) var highest: Float?

  /// Nothing has been heard.
  package init() {}

  /// Samples of the stretch so far.
  var samples: Int { count }

  /// Samples until the next judgement, at least 1.
  package var untilJudgement: Int {
    let full = 2 * WaveformFeatures.window
    return count < full
      ? full - count : WaveformDetector.hop - (count - full) % WaveformDetector.hop
  }

  /// Takes the next samples, no more than ``untilJudgement``; returns whether a window is complete.
  package mutating func take(_ samples: Span<Int16>, from start: Int, to end: Int, scale: Float) -> Bool {
    let due = end - start == untilJudgement
    var filter = self.filter
    var half = self.half
    var place = count
    ring.withView { ring in
      for index in start..<end {
        let value = filter.process(Float(samples[index]) * scale)
        if place & 1 == 0 { half = value } else { ring[place >> 1] = (half + value) / 2 }
        place += 1
      }
    }
    self.filter = filter
    self.half = half
    count = place
    return due
  }

  /// Judges the last window.
  ///
  /// - Parameters:
  ///   - stretchStart: The index of the stretch's first sample.
  ///   - events: Where to tell.
  package mutating func judge(stretchStart: UInt64, into events: inout [RhythmEvent]) {
    let middle = Double(stretchStart) + Double(count - WaveformFeatures.window)
    let logit = logit()
    lowest = min(logit, lowest ?? logit)
    highest = max(logit, highest ?? logit)
    if current != nil {
      windows += 1
      probability += FeatureNetwork.probability(logit)
      guard logit < WaveformDetector.off else {
        negative = 0
        current?.offset = middle
        current?.confidence = probability / Float(windows)
        return
      }
      if negative == 0 { firstNegative = middle }
      negative += 1
      if negative == WaveformDetector.ending { finish(at: firstNegative, into: &events) }
      return
    }
    guard logit >= WaveformDetector.on else {
      positive = 0
      return
    }
    if positive == 0 {
      firstPositive = middle
      probability = 0
    }
    positive += 1
    probability += FeatureNetwork.probability(logit)
    guard positive >= WaveformDetector.beginning else { return }
    windows = positive
    let episode = RhythmEpisode(
      rhythm: .ventricularFibrillation, onset: firstPositive, offset: middle, beats: 0,
      confidence: probability / Float(windows))
    current = episode
    positive = 0
    negative = 0
    events.append(.began(episode))
  }

  /// Lets ``lowest`` and ``highest`` begin anew.
  mutating func forgetLogits() { (lowest, highest) = (nil, nil) }

  /// The logit of the last window.
  private mutating func logit() -> Float {
    withWindow { window in
      guard QuietShare.measure(window) < QuietShare.limit else { return WaveformDetector.silence }
      let features = WaveformFeatures(window)
      guard features.rootMeanSquare >= WaveformDetector.floor else { return WaveformDetector.silence }
      let logit = WaveformModel.network.logit(features.values)
      guard logit >= WaveformDetector.off else { return logit }
      return RateShare.measure(window) >= RateShare.limit ? logit : WaveformDetector.silence
    }
  }

  /// The features of the last window.
  mutating func features() -> WaveformFeatures { withWindow { WaveformFeatures($0) } }

  private mutating func withWindow<Result>(_ body: (UnsafeBufferPointer<Float>) -> Result) -> Result {
    let first = count / 2 - WaveformFeatures.window
    return ring.withView { ring in
      withUnsafeTemporaryAllocation(of: Float.self, capacity: WaveformFeatures.window) { window in
        for index in 0..<WaveformFeatures.window { window[index] = ring[first + index] }
        return body(UnsafeBufferPointer(window))
      }
    }
  }

  /// Ends what goes on at `end` (samples) and forgets the stretch.
  mutating func close(at end: Double, into events: inout [RhythmEvent]) {
    finish(at: end, into: &events)
    self = WaveformDetector()
  }

  private mutating func finish(at offset: Double, into events: inout [RhythmEvent]) {
    guard var episode = current else { return }
    episode.offset = max(offset, episode.onset)
    events.append(.ended(episode))
    current = nil
    negative = 0
  }
}
