extension RecordReplay {
  /// The beats at R peaks that somebody else has found, such as the reader of a database, as the live analysis would have
  /// cut them had it found the same ones.
  ///
  /// The signal passes the same band-pass; each window is cut at the sample nearest the given peak, later by the filter's
  /// delay, and nothing is moved to a local maximum. RR intervals are those of the given peaks; as on a live session the
  /// interval behind a beat is unknown when nothing follows within ``longestNextRR`` seconds. A beat's quality is the share
  /// of its window that lies within the recording: whoever placed the peak vouches for the rest.
  ///
  /// - Parameters:
  ///   - samples: The recording at 125 Hz in steps of ``nanovoltsPerLSB``, as ``digitise(_:rate:)`` gives it.
  ///   - rPeaks: The R peaks in seconds from the first sample, ascending.
  /// - Returns: One beat for each R peak, in the same order; none when there are no samples.
  public static func segment(_ samples: [Int16], rPeaks: [Double]) -> [SegmentedBeat] {
    guard !samples.isEmpty else { return [] }
    let scale = Float(nanovoltsPerLSB) / 1000
    let band = AnalysisFilter.band(samples.map { Float($0) * scale })
    return rPeaks.indices.map { place in
      let previousRR = place > 0 ? positive(rPeaks[place] - rPeaks[place - 1]) : nil
      let nextRR = place + 1 < rPeaks.count ? positive(rPeaks[place + 1] - rPeaks[place]) : nil
      return beat(
        at: rPeaks[place] * SampleRate.analysis.hertz, in: band, previousRR: previousRR,
        nextRR: nextRR.flatMap { $0 <= longestNextRR ? $0 : nil })
    }
  }

  /// How long a beat's successor may take, in seconds, for the interval to be known when the beat is told.
  public static let longestNextRR = Double(BeatSegmenter.nextBeatLimit) * SampleRate.analysis.interval

  private static func positive(_ interval: Double) -> Double? { interval > 0 ? interval : nil }

  private static func beat(at position: Double, in band: [Float], previousRR: Double?, nextRR: Double?) -> SegmentedBeat
  {
    let last = Double(band.count - 1)
    let peak = Int(min(max(0, position + BandPassFilter.delaySamples), last).rounded())
    let start = peak - BeatWindow.rIndex
    let window = (start..<start + BeatWindow.count).map { band[min(max(0, $0), band.count - 1)] }
    let present = min(band.count, start + BeatWindow.count) - max(0, start)
    return SegmentedBeat(
      beat: Beat(
        position: position, amplitude: Microvolts(band[peak]), rrSeconds: previousRR,
        quality: Float(present) / Float(BeatWindow.count)),
      window: BeatWindow(unchecked: window), previousRR: previousRR, nextRR: nextRR)
  }
}
