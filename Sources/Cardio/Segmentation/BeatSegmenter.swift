/// Waits until a beat's window is complete and its successor known, then tells it.
struct BeatSegmenter: Hashable, Sendable, Codable {
  /// How long a beat waits for its successor, in samples: 4 s, longer than the detector's own delay behind a 2.5 s pause.
  /// The RR interval behind a beat that nothing follows for so long is unknown.
  static let nextBeatLimit = 500

  private var waiting: [RPeak] = []
  private var previousPosition: Double?

  /// Takes the next R peak, later than all before it.
  mutating func add(_ peak: RPeak) {
    waiting.append(peak)
  }

  /// Whether ``tell(at:band:stretchStart:into:)`` would tell a beat after `count` samples.
  @inline(__always)
  func isDue(at count: Int) -> Bool {
    guard let first = waiting.first else { return false }
    guard count >= first.index - BeatWindow.rIndex + BeatWindow.count else { return false }
    return waiting.count > 1 || count >= first.index + BeatSegmenter.nextBeatLimit
  }

  /// Tells every beat that is due.
  mutating func tell(at count: Int, band: SampleRing, stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    while isDue(at: count) { tellFirst(count: count, band: band, stretchStart: stretchStart, into: &beats) }
  }

  /// Tells every beat that waits.
  mutating func finish(at count: Int, band: SampleRing, stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    while !waiting.isEmpty { tellFirst(count: count, band: band, stretchStart: stretchStart, into: &beats) }
  }

  private mutating func tellFirst(
    count: Int, band: SampleRing, stretchStart: UInt64, into beats: inout [SegmentedBeat]
  ) {
    let peak = waiting.removeFirst()
    let position = Double(stretchStart) + max(0, Double(peak.index) + peak.fraction - BandPassFilter.delaySamples)
    let previousRR = previousPosition.map { (position - $0) / SampleRate.analysis.hertz }
    let nextRR = waiting.first.map {
      (Double(stretchStart) + Double($0.index) + $0.fraction - BandPassFilter.delaySamples - position)
        / SampleRate.analysis.hertz
    }
    previousPosition = position
    let start = peak.index - BeatWindow.rIndex
    let present = min(count, start + BeatWindow.count) - max(0, start)
    let samples = [Float](unsafeUninitializedCapacity: BeatWindow.count) { buffer, initialised in
      for offset in 0..<BeatWindow.count {
        buffer.initializeElement(at: offset, to: band[min(max(0, start + offset), count - 1)])
      }
      initialised = BeatWindow.count
    }
    let coverage = Float(max(0, present)) / Float(BeatWindow.count)
    let beat = Beat(
      position: position, amplitude: Microvolts(peak.amplitude), rrSeconds: previousRR,
      quality: peak.confidence * coverage)
    beats.append(
      SegmentedBeat(beat: beat, window: BeatWindow(unchecked: samples), previousRR: previousRR, nextRR: nextRR))
  }
}
