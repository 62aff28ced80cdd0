/// How far a stretch of ECG can be trusted, from its own samples.
///
/// The index is the product of factors in 0…1, each 1 when its trouble is absent:
/// * flat line: the share of samples in runs without any change;
/// * saturation: the share of samples at the end of the converter's range;
/// * baseline: power below 0.5 Hz against power in 0.5–40 Hz;
/// * muscle and mains: the share of the signal's differences that lies above 40 Hz or is spread evenly over the window
///   instead of being gathered in QRS complexes (kurtosis of the band-passed signal).
public struct SignalQuality: Hashable, Sendable, Codable, Comparable {
  /// The index, 0 (unusable) … 1 (clean).
  public let index: Float
  /// The share of samples in a flat line, 0…1.
  public let flatShare: Float
  /// The share of samples at the end of the range, 0…1.
  public let saturatedShare: Float
  /// Baseline power (below 0.5 Hz, without the mean) divided by band power (0.5–40 Hz); 0 when there is no band power.
  public let baselineRatio: Float
  /// Power above 40 Hz divided by band power (0.5–40 Hz); 0 when there is no band power.
  public let highFrequencyRatio: Float
  /// Kurtosis of the band-passed samples (3 for Gaussian noise, above 5 for a clean ECG); 0 when there is no band power.
  public let kurtosis: Float

  /// No signal that could be judged.
  public static let unusable = SignalQuality(
    index: 0, flatShare: 1, saturatedShare: 0, baselineRatio: 0, highFrequencyRatio: 0, kurtosis: 0)

  /// A quality with its parts.
  public init(
    index: Float, flatShare: Float, saturatedShare: Float, baselineRatio: Float, highFrequencyRatio: Float,
    kurtosis: Float
  ) {
    self.index = index
    self.flatShare = flatShare
    self.saturatedShare = saturatedShare
    self.baselineRatio = baselineRatio
    self.highFrequencyRatio = highFrequencyRatio
    self.kurtosis = kurtosis
  }

  /// Orders by ``index``.
  public static func < (lhs: SignalQuality, rhs: SignalQuality) -> Bool {
    lhs.index < rhs.index
  }
}
