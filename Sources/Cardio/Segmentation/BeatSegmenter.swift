/// Waits until a beat's window is complete and its successor known, then tells it.
struct BeatSegmenter: Hashable, Sendable, Codable {
  /// How long a beat waits for its successor, in samples: 4 s, longer than the detector's own delay behind a 2.5 s pause.
  /// The RR interval behind a beat that nothing follows for so long is unknown.
  static let nextBeatLimit = 500

  private var waiting: [RPeak] = []
  private var previousPosition: Double?
  /// The count of samples at which the first beat is to be told.
  private(set) var nextDue = Int.max

  /// Takes the next R peak, later than all before it.
  mutating func add(_ peak: RPeak) {
    waiting.append(peak)
    schedule()
  }

  /// Tells every beat that is due after `count` samples.
  mutating func tell(count: Int, band: SampleRing.View, stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    while count >= nextDue { tellFirst(count: count, band: band, stretchStart: stretchStart, into: &beats) }
  }

  /// Tells every beat that waits: the stretch ends after `count` samples.
  mutating func finish(count: Int, band: SampleRing.View, stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    while !waiting.isEmpty { tellFirst(count: count, band: band, stretchStart: stretchStart, into: &beats) }
  }

  private mutating func schedule() {
    guard let first = waiting.first else {
      nextDue = .max
      return
    }
    nextDue =
      waiting.count > 1
      ? first.index - BeatWindow.rIndex + BeatWindow.count : first.index + BeatSegmenter.nextBeatLimit
  }

  private mutating func tellFirst(
    count: Int, band: SampleRing.View, stretchStart: UInt64, into beats: inout [SegmentedBeat]
  ) {
    let peak = waiting.removeFirst()
    schedule()
    let position = peak.position(from: stretchStart)
    let previousRR = previousPosition.map { (position - $0) / SampleRate.analysis.hertz }
    let nextRR = waiting.first.map { ($0.position(from: stretchStart) - position) / SampleRate.analysis.hertz }
    previousPosition = position
    let start = peak.index - BeatWindow.rIndex
    let present = min(count, start + BeatWindow.count) - max(0, start)
    let samples = [Float](unsafeUninitializedCapacity: BeatWindow.count) { buffer, initialised in
      if present == BeatWindow.count {
        band.copy(from: start, count: BeatWindow.count, to: buffer.baseAddress!)  // never empty
      } else {
        for offset in 0..<BeatWindow.count {
          buffer.initializeElement(at: offset, to: band[min(max(0, start + offset), count - 1)])
        }
      }
      initialised = BeatWindow.count
    }
    let beat = Beat(
      position: position, amplitude: Microvolts(peak.amplitude), rrSeconds: previousRR,
      quality: peak.confidence * Float(max(0, present)) / Float(BeatWindow.count))
    beats.append(
      SegmentedBeat(beat: beat, window: BeatWindow(unchecked: samples), previousRR: previousRR, nextRR: nextRR))
  }
}

extension RPeak {
  /// The R peak on the session's timeline, less the delay of the band-pass.
  fileprivate func position(from stretchStart: UInt64) -> Double {
    Double(stretchStart) + Double(index) + fraction - BandPassFilter.delaySamples
  }
}
