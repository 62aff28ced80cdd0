/// The analysis of one stretch of signal without gaps. Indices count samples from the stretch's first.
struct StretchAnalysis: Hashable, Sendable, Codable {
  private var filter = BandPassFilter()
  private var detector = QRSDetector()
  private var segmenter = BeatSegmenter()
  private var quality = QualityMeter()
  /// The band-passed signal of the last 8 s: more than the longest delay of a beat and its window.
  private var band = SampleRing(capacity: 1024)
  private var count = 0

  mutating func process(
    _ samples: Span<Int16>, from start: Int, scale: Float, stretchStart: UInt64, into beats: inout [SegmentedBeat]
  ) -> SignalQuality {
    quality.beginChunk()
    for index in start..<samples.count {
      let raw = samples[index]
      let microvolts = Float(raw) * scale
      let filtered = filter.process(microvolts)
      band[count] = filtered
      quality.add(raw: raw, microvolts: microvolts, filtered: filtered)
      detector.step(filtered, band: band) { peak in segmenter.add(peak) }
      count += 1
      if segmenter.isDue(at: count) { segmenter.tell(at: count, band: band, stretchStart: stretchStart, into: &beats) }
    }
    return quality.chunkQuality()
  }

  mutating func finish(stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    detector.finish(band: band) { peak in segmenter.add(peak) }
    segmenter.finish(at: count, band: band, stretchStart: stretchStart, into: &beats)
  }
}
