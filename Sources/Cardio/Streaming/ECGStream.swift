/// The analysis of one live session's ECG lead, sample by sample: band-pass, R peaks, beat windows, signal quality.
///
/// A value: copying it, or encoding and decoding it, is a checkpoint from which the analysis goes on exactly as it would
/// have. How the signal is cut into calls changes neither beats nor gaps, to the bit. It holds some 7 KiB and
/// allocates for a finished beat, never for a sample.
///
/// Beats come late by what they need: a beat is told when its window is complete (1 s behind the R peak) and the next beat
/// is known (0.8 s behind that one's R peak), or 4 s behind its R peak when no beat follows it so soon. Search-back can
/// find a beat up to 4 s late; no beat comes more than 5 s behind its R peak.
public struct ECGStream: Hashable, Sendable, Codable {
  /// The index that the next sample should have; `nil` before the first.
  public private(set) var nextSample: UInt64?

  /// The index of the sample with which the present stretch, free of gaps, began.
  private var stretchStart: UInt64 = 0
  private var stretch: StretchAnalysis?

  /// A stream before its first sample.
  public init() {}

  /// Analyses the next samples.
  ///
  /// - Parameters:
  ///   - samples: Converter values at 125 Hz.
  ///   - nanovoltsPerLSB: What one converter step is, in nV.
  ///   - firstSample: The index of the first of them on the session's timeline. A jump forward is a declared gap: filter
  ///     and detector begin anew behind it. Samples that lie behind the present are stale and left out.
  ///   - leadOff: Whether an electrode was off; the samples are then a gap.
  public mutating func process(
    _ samples: Span<Int16>, nanovoltsPerLSB: UInt32, firstSample: UInt64, leadOff: Bool
  ) -> ECGStreamOutput {
    var output = ECGStreamOutput()
    process(samples, nanovoltsPerLSB: nanovoltsPerLSB, firstSample: firstSample, leadOff: leadOff, into: &output)
    return output
  }

  /// Analyses the next samples of an array; see the method that takes a span.
  public mutating func process(
    _ samples: [Int16], nanovoltsPerLSB: UInt32, firstSample: UInt64, leadOff: Bool
  ) -> ECGStreamOutput {
    process(samples.span, nanovoltsPerLSB: nanovoltsPerLSB, firstSample: firstSample, leadOff: leadOff)
  }

  /// Analyses the next samples into an output whose storage is used again.
  public mutating func process(
    _ samples: Span<Int16>, nanovoltsPerLSB: UInt32, firstSample: UInt64, leadOff: Bool,
    into output: inout ECGStreamOutput
  ) {
    output.reset()
    output.isLeadOff = leadOff
    var start = 0
    if let expected = nextSample {
      if firstSample < expected {
        start = Int(min(expected - firstSample, UInt64(samples.count)))
        output.staleSamples = start
      } else if firstSample > expected {
        close(into: &output)
        output.gaps.append(SignalGap(firstSample: expected, count: firstSample - expected, reason: .missing))
      }
    } else if firstSample > 0 {
      output.gaps.append(SignalGap(firstSample: 0, count: firstSample, reason: .missing))
    }
    guard start < samples.count else { return }
    let first = firstSample + UInt64(start)
    nextSample = firstSample + UInt64(samples.count)
    if leadOff {
      close(into: &output)
      output.gaps.append(SignalGap(firstSample: first, count: UInt64(samples.count - start), reason: .leadOff))
      return
    }
    let scale = Float(nanovoltsPerLSB) / 1000
    var analysis: StretchAnalysis
    if let current = stretch {
      analysis = current
    } else {
      stretchStart = first
      analysis = StretchAnalysis(startingAt: Float(samples[start]) * scale)
    }
    stretch = nil
    output.signalQuality = analysis.process(
      samples, from: start, scale: scale, stretchStart: stretchStart, into: &output.beats)
    stretch = analysis
  }

  /// Ends the session: tells the beats that were still waiting for a successor or for the end of their window.
  ///
  /// A window that reaches beyond the last sample is told only when its R peak is decided; missing samples repeat the last.
  public mutating func finish() -> ECGStreamOutput {
    var output = ECGStreamOutput()
    close(into: &output)
    return output
  }

  private mutating func close(into output: inout ECGStreamOutput) {
    stretch?.finish(stretchStart: stretchStart, into: &output.beats)
    stretch = nil
  }
}
