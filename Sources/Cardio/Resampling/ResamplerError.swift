/// Why a ``Resampler`` cannot be made.
public enum ResamplerError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The two rates have no ratio of small whole numbers: one output would need more than ``Resampler/maximumPhases`` phases.
  case ratioTooFine(from: SampleRate, to: SampleRate)
  /// The input is so much faster than the output that the filter would exceed ``Resampler/maximumTaps`` taps.
  case ratioTooLarge(from: SampleRate, to: SampleRate)

  /// What is wrong, in a sentence.
  public var description: String {
    switch self {
    case .ratioTooFine(let from, let to): "\(from.hertz) Hz to \(to.hertz) Hz is not a ratio of small numbers"
    case .ratioTooLarge(let from, let to): "\(from.hertz) Hz is too fast for \(to.hertz) Hz"
    }
  }
}
