import Cardio

/// How much of a recording has no signal or a poor one.
struct QualityTotals {
  private(set) var missingSeconds = 0.0
  private(set) var poorSeconds = 0.0
  /// Seconds without signal or with a poor one, hour by hour.
  private(set) var poorByHour: [Double] = []
  /// The mean index where there is signal.
  private(set) var mean: Double?

  init(_ chunks: [HolterFindings.QualityChunk]) {
    var (time, sum, judged) = (0.0, 0.0, 0.0)
    for chunk in chunks {
      let seconds = Double(chunk.samples) * SampleRate.analysis.interval
      let hour = Int(time / 3_600)
      while poorByHour.count <= hour { poorByHour.append(0) }
      if chunk.isMissing {
        missingSeconds += seconds
        poorByHour[hour] += seconds
      } else {
        sum += Double(chunk.index) * seconds
        judged += seconds
        if chunk.isPoor {
          poorSeconds += seconds
          poorByHour[hour] += seconds
        }
      }
      time += seconds
    }
    mean = judged > 0 ? sum / judged : nil
  }
}
