/// How far a stretch of ECG can be read, from its own samples.
///
/// The index is a product of factors in 0…1, each 1 when its trouble is absent. *Signal* is the root mean square of the
/// band-passed samples, but at least 80 µV, so that an empty trace is not measured against nothing:
/// * flat line: 1 − ``flatShare``; saturation: 1 − ``saturatedShare``;
/// * electrode movement: falls from 1 to 0 while the power of the baseline grows from 2 to 20 times the signal's;
/// * muscle: falls from 1 to 0 while the power above 40 Hz without the mains' grows from 0.15 to 1 times the signal's;
/// * mains: falls from 1 to 0 while the amplitude of 50 or 60 Hz grows from 1 to 4 times the signal;
/// * noise in the band itself: rises from 0 to 1 while ``kurtosis`` grows from 2.5 to 5, because QRS complexes are short
///   and high where noise is spread evenly.
///
/// **No beats is not poor quality.** Asystole and ventricular fibrillation show no QRS complexes either, and must be
/// read as what they are. So the last factor is 1 as well where the trace is quiet (below 60 µV root mean square, falling
/// to 0 at 120 µV) or swings coherently at 2–9 Hz (``coherence`` above 0.6, falling to 0 at 0.3).
/// ``showsComplexes`` says which of both it is.
public struct SignalQuality: Hashable, Sendable, Codable, Comparable {
  /// What makes a stretch hard to read.
  public enum Trouble: String, Hashable, Sendable, Codable, CaseIterable {
    /// Samples do not change.
    case flatLine
    /// Samples are at the converter's limits.
    case saturation
    /// The electrode moves: the baseline wanders or jumps.
    case motion
    /// Muscle, or other noise above 40 Hz.
    case muscle
    /// The hum of the mains at 50 or 60 Hz.
    case mains
    /// Noise where QRS complexes have their energy.
    case inBand
  }

  /// Kurtosis from which QRS complexes stand out beyond doubt.
  static let complexKurtosis: Float = 5
  /// The root mean square in µV up to which a trace is quiet.
  static let quiet: Float = 60

  /// The index, 0 (cannot be read) … 1 (clean).
  public let index: Float
  /// The same without the factor for noise in the band: how far the stretch could be read whatever its rhythm, 0…1. Ventricular
  /// fibrillation, which that factor may take for noise, keeps it high; movement, muscle, mains and flat lines lower it.
  public let readability: Float
  /// The trouble that lowers the index most; `nil` where nothing lowers it by more than a tenth.
  public let trouble: Trouble?
  /// The share of pieces of 64 ms in which all samples are equal, 0…1.
  public let flatShare: Float
  /// The share of samples beyond ±32,000 converter steps, 0…1.
  public let saturatedShare: Float
  /// The root mean square of the band-passed samples (0.5–40 Hz), in µV.
  public let rmsMicrovolts: Float
  /// The standard deviation of the baseline (below 0.5 Hz), in µV.
  public let baselineMicrovolts: Float
  /// The root mean square of what lies above 40 Hz, in µV.
  public let highFrequencyMicrovolts: Float
  /// The amplitude of the mains' hum, in µV (peak).
  public let mainsMicrovolts: Float
  /// Its frequency, 50 or 60 Hz: the stronger one.
  public let mainsHertz: Int
  /// Kurtosis of the band-passed samples (3 for Gaussian noise, above 5 for a clean ECG); 0 when there is no band power.
  public let kurtosis: Float
  /// The highest autocorrelation of the last 2 s at lags of 112–496 ms, 0…1; 0 where QRS complexes stand out, where
  /// the trace is quiet, and before 2 s have passed.
  public let coherence: Float

  /// Whether short, high complexes stand out. Where they do not, and ``index`` is high, there is none to be seen.
  public var showsComplexes: Bool { kurtosis >= SignalQuality.complexKurtosis }

  /// No signal that could be judged.
  public static let unusable = SignalQuality(
    flatShare: 1, saturatedShare: 0, rmsMicrovolts: 0, baselineMicrovolts: 0, highFrequencyMicrovolts: 0,
    mains: (50, 0), kurtosis: 0, coherence: 0)

  /// Judges what was measured.
  init(
    flatShare: Float, saturatedShare: Float, rmsMicrovolts: Float, baselineMicrovolts: Float,
    highFrequencyMicrovolts: Float, mains: (hertz: Int, amplitude: Float), kurtosis: Float, coherence: Float
  ) {
    let signal = max(80, rmsMicrovolts)
    func power(_ microvolts: Float) -> Float { microvolts * microvolts / (signal * signal) }
    let complexes = 1 - SignalQuality.falling(kurtosis, from: 2.5, to: SignalQuality.complexKurtosis)
    let quiet = SignalQuality.falling(rmsMicrovolts, from: SignalQuality.quiet, to: 120)
    let coherent = 1 - SignalQuality.falling(coherence, from: 0.3, to: 0.6)
    let factors: [(Trouble, Float)] = [
      (.flatLine, 1 - flatShare), (.saturation, 1 - saturatedShare),
      (.motion, SignalQuality.falling(power(baselineMicrovolts), from: 2, to: 20)),
      (.mains, SignalQuality.falling(mains.amplitude / signal, from: 1, to: 4)),
      (
        .muscle,
        SignalQuality.falling(power(highFrequencyMicrovolts) - power(mains.amplitude) / 2, from: 0.15, to: 1)
      ),
      (.inBand, max(complexes, quiet, coherent)),
    ]
    var index: Float = 1
    var readability: Float = 1
    var worst: (trouble: Trouble, factor: Float)?
    for (trouble, factor) in factors {
      index *= factor
      if trouble != .inBand { readability *= factor }
      if factor < worst?.factor ?? 0.9 { worst = (trouble, factor) }
    }
    self.index = index
    self.readability = readability
    self.trouble = worst?.trouble
    self.flatShare = flatShare
    self.saturatedShare = saturatedShare
    self.rmsMicrovolts = rmsMicrovolts
    self.baselineMicrovolts = baselineMicrovolts
    self.highFrequencyMicrovolts = highFrequencyMicrovolts
    self.mainsMicrovolts = mains.amplitude
    self.mainsHertz = mains.hertz
    self.kurtosis = kurtosis
    self.coherence = coherence
  }

  /// Orders by ``index``.
  public static func < (lhs: SignalQuality, rhs: SignalQuality) -> Bool {
    lhs.index < rhs.index
  }

  /// 1 up to `low`, 0 from `high`, a straight line between.
  private static func falling(_ value: Float, from low: Float, to high: Float) -> Float {
    min(1, max(0, (high - value) / (high - low)))
  }
}
