/// The analysis of one stretch of signal without gaps. Indices count samples from the stretch's first.
struct StretchAnalysis: Hashable, Sendable, Codable {
  private var filter = BandPassFilter()
  private var quality = QualityMeter()
  private var envelope = QRSEnvelope()
  /// The envelope's two rings.
  private var magnitudes = SampleRing(capacity: 32)
  private var means = SampleRing(capacity: 32)
  private var detector = QRSDetector()
  private var segmenter = BeatSegmenter()
  /// The band-passed signal of the last 8 s: more than the longest delay of a beat and its window.
  private var band = SampleRing(capacity: 1024)
  private var count = 0

  mutating func process(
    _ samples: Span<Int16>, from start: Int, scale: Float, stretchStart: UInt64, into beats: inout [SegmentedBeat]
  ) -> SignalQuality {
    quality.beginChunk()
    band.withView { band in
      magnitudes.withView { magnitudes in
        means.withView { means in
          for index in start..<samples.count {
            let raw = samples[index]
            let microvolts = Float(raw) * scale
            let filtered = filter.process(microvolts)
            band[count] = filtered
            quality.add(raw: raw, microvolts: microvolts, filtered: filtered)
            let height = envelope.step(filtered, at: count, magnitudes: magnitudes, means: means)
            if height > 0 { detector.add(QRSCandidate(time: count - 1, height: height)) }
            count += 1
            if count > detector.nextDecision {
              detector.decide(count: count, band: band) { peak in segmenter.add(peak) }
            }
            if count >= segmenter.nextDue {
              segmenter.tell(count: count, band: band, stretchStart: stretchStart, into: &beats)
            }
          }
        }
      }
    }
    return quality.chunkQuality()
  }

  mutating func finish(stretchStart: UInt64, into beats: inout [SegmentedBeat]) {
    band.withView { band in
      detector.finish(count: count, band: band) { peak in segmenter.add(peak) }
      segmenter.finish(count: count, band: band, stretchStart: stretchStart, into: &beats)
    }
  }
}
