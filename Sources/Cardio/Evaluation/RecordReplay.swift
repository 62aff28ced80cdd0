/// A recording on the production path: resampled to 125 Hz as the device's converter would deliver it, quantised to 16
/// bits, cut into chunks of 187 samples and analysed by ``ECGStream``.
public enum RecordReplay {
  /// Samples in a chunk of the wire format.
  public static let chunkSamples = 187
  /// One converter step of the replayed device, in nV.
  public static let nanovoltsPerLSB: UInt32 = 1_000

  /// The samples that the device would send for a signal in µV at `rate`: at 125 Hz, in steps of ``nanovoltsPerLSB``.
  public static func digitise(_ microvolts: [Float], rate: SampleRate) throws(ResamplerError) -> [Int16] {
    let scale = 1000 / Float(nanovoltsPerLSB)
    return try Resampler.resample(microvolts, from: rate).map { value in
      Int16(max(-32_768, min(32_767, (value * scale).rounded())))
    }
  }

  /// Every beat that the live analysis finds in `samples` (125 Hz, ``nanovoltsPerLSB``).
  public static func analyse(_ samples: [Int16], chunk: Int = chunkSamples) -> [SegmentedBeat] {
    var stream = ECGStream()
    var output = ECGStreamOutput()
    var beats: [SegmentedBeat] = []
    let span = samples.span
    var start = 0
    while start < samples.count {
      let end = min(start + max(1, chunk), samples.count)
      stream.process(
        span.extracting(start..<end), nanovoltsPerLSB: nanovoltsPerLSB, firstSample: UInt64(start), leadOff: false,
        into: &output)
      beats.append(contentsOf: output.beats)
      start = end
    }
    beats.append(contentsOf: stream.finish().beats)
    return beats
  }
}
