/// The analysis of one stretch of signal without gaps: a ``BeatPipeline`` and the rings between its stages.
struct StretchAnalysis: Hashable, Sendable, Codable {
  private var pipeline: BeatPipeline
  /// The band-passed signal of the last 8 s: more than the longest delay of a beat and its window.
  private var band = SampleRing(capacity: 1024)
  private var magnitudes = SampleRing(capacity: 32)
  private var means = SampleRing(capacity: 32)
  /// The last sample, and what one step of it is in µV.
  private var last: Int16 = 0
  private var scale: Float = 0

  /// An analysis that begins with a sample of `microvolts`.
  init(startingAt microvolts: Float) {
    pipeline = BeatPipeline(startingAt: microvolts)
  }

  /// Analyses the samples from `start` on, of which there is at least one, `scale` µV a step; returns their quality.
  mutating func process(
    _ samples: Span<Int16>, from start: Int, scale: Float, stretchStart: UInt64, into beats: inout [SegmentedBeat]
  ) -> SignalQuality {
    last = samples[samples.count - 1]
    self.scale = scale
    var quality = QualityMeter()
    return withRings { pipeline, rings in
      pipeline.take(
        samples, from: start, scale: scale, rings: rings, stretchStart: stretchStart, quality: &quality, into: &beats)
      return quality.chunkQuality(band: rings.band, end: pipeline.bandCount)
    }
  }

  /// Decides and tells all that waits. What the filter still holds back comes out as if the signal stood still.
  mutating func finish(stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    let rest = [Int16](repeating: last, count: AnalysisFilter.qrsLag)
    let scale = self.scale
    var quality = QualityMeter()
    withRings { pipeline, rings in
      pipeline.take(
        rest.span, from: 0, scale: scale, rings: rings, stretchStart: stretchStart, quality: &quality, into: &beats)
      pipeline.finish(rings: rings, stretchStart: stretchStart, into: &beats)
    }
  }

  private mutating func withRings<Result>(_ body: (inout BeatPipeline, BeatPipeline.Rings) -> Result) -> Result {
    band.withView { band in
      magnitudes.withView { magnitudes in
        means.withView { means in
          body(&pipeline, BeatPipeline.Rings(band: band, magnitudes: magnitudes, means: means))
        }
      }
    }
  }
}
