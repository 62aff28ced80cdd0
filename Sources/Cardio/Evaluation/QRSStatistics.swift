/// The statistics of EC57 as an evaluation reports them; rates are fractions, and absent where they are undefined.
public struct QRSStatistics: Hashable, Sendable, Encodable {
  /// TP / (TP + FN).
  public let sensitivity: Double?
  /// TP / (TP + FP).
  public let positivePredictivity: Double?
  /// (FP + FN) / (TP + FN).
  public let detectionErrorRate: Double?
  /// The root mean square of the timing errors of the true positives, in ms.
  public let rmsErrorMilliseconds: Double?
  /// Reference beats found (the mean per record in an average).
  public let truePositives: Double
  /// Detections without a reference beat (the mean per record in an average).
  public let falsePositives: Double
  /// Reference beats missed (the mean per record in an average).
  public let falseNegatives: Double

  /// The statistics of a comparison.
  public init(_ comparison: BeatComparison) {
    sensitivity = comparison.sensitivity
    positivePredictivity = comparison.positivePredictivity
    detectionErrorRate = comparison.detectionErrorRate
    rmsErrorMilliseconds = comparison.rmsErrorMilliseconds
    truePositives = Double(comparison.truePositives)
    falsePositives = Double(comparison.falsePositives)
    falseNegatives = Double(comparison.falseNegatives)
  }

  /// The means of several statistics; a rate that is undefined in some is the mean of the others.
  public init(averaging statistics: [QRSStatistics]) {
    func mean(_ values: [Double?]) -> Double? {
      let known = values.compactMap(\.self)
      return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
    }
    sensitivity = mean(statistics.map(\.sensitivity))
    positivePredictivity = mean(statistics.map(\.positivePredictivity))
    detectionErrorRate = mean(statistics.map(\.detectionErrorRate))
    rmsErrorMilliseconds = mean(statistics.map(\.rmsErrorMilliseconds))
    truePositives = mean(statistics.map(\.truePositives)) ?? 0
    falsePositives = mean(statistics.map(\.falsePositives)) ?? 0
    falseNegatives = mean(statistics.map(\.falseNegatives)) ?? 0
  }
}
