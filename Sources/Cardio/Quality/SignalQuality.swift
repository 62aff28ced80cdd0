/// How far a stretch of ECG can be trusted, from its own samples.
///
/// The index is a product of factors in 0…1, each 1 when its trouble is absent:
/// * flat line: 1 − ``flatShare``; saturation: 1 − ``saturatedShare``;
/// * electrode movement: falls from 1 to 0 while ``baselineRatio`` grows from 2 to 20;
/// * muscle and mains: falls from 1 to 0 while ``highFrequencyRatio`` grows from 0.15 to 1;
/// * noise in the band itself: rises from 0 to 1 while ``kurtosis`` grows from 2.5 to 5, because QRS complexes are short
///   and high where noise is spread evenly.
///
/// A band power below 5 µV root mean square is no ECG: the index is 0. On MIT-BIH and its noise stress test one beat
/// in a thousand is missed or invented where the index is 1, and one in four where it is below 0.1.
public struct SignalQuality: Hashable, Sendable, Codable, Comparable {
  /// The index, 0 (unusable) … 1 (clean).
  public let index: Float
  /// The share of samples in runs of more than eight equal ones, 0…1.
  public let flatShare: Float
  /// The share of samples beyond ±32,000 converter steps, 0…1.
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
