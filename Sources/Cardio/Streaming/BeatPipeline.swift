/// The stages through which the samples of a stretch go, with their state; the rings between them are lent by
/// ``StretchAnalysis``. Indices count samples from the stretch's first.
///
/// Samples go through filter and envelope in blocks that end where a decision is due: every decision sees the same signal
/// however it was cut, and within a block there is nothing but arithmetic.
struct BeatPipeline: Hashable, Sendable, Codable {
  /// The rings between the stages.
  struct Rings {
    /// The band-passed signal.
    let band: SampleRing.View
    /// The envelope's two rings.
    let magnitudes: SampleRing.View
    let means: SampleRing.View
  }

  /// Samples of a block at most: fewer than a candidate waits for its decision, so that none falls due within a block.
  private static let longestBlock = QRSDetector.lookAhead / 2
  /// Samples that are converted at once: half of the band's ring, so that it still holds what quality looks at.
  private static let longestPiece = 512
  /// By how many samples the band-passed signal of a step lies behind its input: the filter's lag and its delay.
  private static let bandDelay = 2

  private var filter: AnalysisFilter
  private var envelope = QRSEnvelope()
  private var detector = QRSDetector()
  private var segmenter = BeatSegmenter()
  /// Samples taken.
  private var taken = 0
  /// The last two of them in µV.
  private var before: SIMD2<Float>

  /// A pipeline that begins with a sample of `microvolts`.
  init(startingAt microvolts: Float) {
    before = SIMD2(repeating: microvolts)
    filter = AnalysisFilter(settledAt: microvolts)
  }

  /// Samples that the envelope has reached: the time that decisions go by.
  private var count: Int { taken - AnalysisFilter.qrsLag }

  /// Samples that the band-pass has reached.
  var bandCount: Int { taken - AnalysisFilter.bandLag }

  /// Takes the samples from `start` on, `scale` µV a step, adds them to `quality`, and tells the beats that have become due.
  mutating func take(
    _ samples: Span<Int16>, from start: Int, scale: Float, rings: Rings, stretchStart: UInt64,
    quality: inout QualityMeter, into beats: inout [SegmentedBeat]
  ) {
    var index = start
    while index < samples.count {
      let piece = min(samples.count - index, BeatPipeline.longestPiece)
      take(
        piece: samples.extracting(index..<index + piece), scale: scale, rings: rings, stretchStart: stretchStart,
        quality: &quality, into: &beats)
      index += piece
    }
  }

  private mutating func take(
    piece samples: Span<Int16>, scale: Float, rings: Rings, stretchStart: UInt64, quality: inout QualityMeter,
    into beats: inout [SegmentedBeat]
  ) {
    let first = taken
    withUnsafeTemporaryAllocation(of: Float.self, capacity: BeatPipeline.longestPiece + BeatPipeline.bandDelay) {
      buffer in
      // The buffer is not empty, so it has an address.
      let microvolts = buffer.baseAddress! + BeatPipeline.bandDelay
      microvolts[-2] = before.x
      microvolts[-1] = before.y
      samples.withUnsafeBufferPointer { samples in
        for index in samples.indices { microvolts[index] = Float(samples[index]) * scale }
      }
      var index = 0
      while index < samples.count {
        let due = min(detector.nextDecision, segmenter.nextDue - 1, count + BeatPipeline.longestBlock)
        let block = min(samples.count - index, max(1, due - count + 1))
        filterBlock(UnsafeBufferPointer(start: microvolts + index, count: block), rings: rings)
        index += block
        if count > detector.nextDecision {
          detector.decide(count: count, band: rings.band) { peak in segmenter.add(peak) }
        }
        if count >= segmenter.nextDue {
          segmenter.tell(count: count, band: rings.band, stretchStart: stretchStart, into: &beats)
        }
      }
      before = SIMD2(microvolts[samples.count - 2], microvolts[samples.count - 1])
      quality.add(
        UnsafeBufferPointer(start: microvolts - BeatPipeline.bandDelay, count: samples.count), band: rings.band,
        first: first - AnalysisFilter.bandLag, scale: scale)
    }
  }

  /// Decides and tells all that waits.
  mutating func finish(rings: Rings, stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    let count = self.count
    detector.finish(count: count, band: rings.band) { peak in segmenter.add(peak) }
    segmenter.finish(count: count, band: rings.band, stretchStart: stretchStart, into: &beats)
  }

  private mutating func filterBlock(_ microvolts: UnsafeBufferPointer<Float>, rings: Rings) {
    withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: BeatPipeline.longestBlock + 1) { outputs in
      filter.run(microvolts, into: outputs)
      let time = taken - AnalysisFilter.qrsLag
      for index in microvolts.indices {
        rings.band[taken &+ index &- AnalysisFilter.bandLag] = outputs[index][AnalysisFilter.bandLane]
      }
      envelope.run(
        UnsafeBufferPointer(rebasing: outputs[..<microvolts.count]), from: time, magnitudes: rings.magnitudes,
        means: rings.means
      ) { candidate in detector.add(candidate) }
    }
    taken += microvolts.count
  }
}
