/// A short recording that is judged as a whole: a hand-held strip of half a minute.
public struct RhythmStrip: Sendable {
  /// Its beats, in order of time.
  public let beats: [SegmentedBeat]
  /// The quality of its chunks.
  public let quality: [SignalQuality]

  /// A strip from what ``ECGStream`` told.
  ///
  /// - Parameters:
  ///   - beats: The beats, in order of time.
  ///   - quality: The quality of the chunks.
  public init(beats: [SegmentedBeat], quality: [SignalQuality]) {
    self.beats = beats
    self.quality = quality
  }

  /// A strip from samples at 125 Hz in steps of ``RecordReplay/nanovoltsPerLSB``.
  public init(_ samples: [Int16]) {
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    var quality: [SignalQuality] = []
    let span = samples.span
    for start in stride(from: 0, to: samples.count, by: RecordReplay.chunkSamples) {
      let end = min(start + RecordReplay.chunkSamples, samples.count)
      let output = stream.process(
        span.extracting(start..<end), nanovoltsPerLSB: RecordReplay.nanovoltsPerLSB,
        firstSample: UInt64(start),
        leadOff: false)
      beats.append(contentsOf: output.beats)
      quality.append(output.signalQuality)
    }
    beats.append(contentsOf: stream.finish().beats)
    self.init(beats: beats, quality: quality)
  }
}

/// What a strip shows, in the classes of the PhysioNet/Computing in Cardiology Challenge 2017.
public enum StripRhythm: String, CaseIterable, Hashable, Sendable, Codable {
  /// Normal sinus rhythm.
  case normal = "N"
  /// Atrial fibrillation.
  case atrialFibrillation = "A"
  /// Another rhythm.
  case other = "O"
  /// Too noisy to tell.
  case noisy = "~"
}
