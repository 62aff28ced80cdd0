import Cardio

/// Beats of several records in the order of P(abnormal), from which the area under the receiver operating characteristic
/// follows for any mixture of the records: by Mann and Whitney's statistic, in which ties count half.
public struct AbnormalRanking: Sendable {
  private struct Entry {
    let probability: Float
    let record: Int32
    let isAbnormal: Bool
  }

  private var entries: [Entry] = []

  /// Ranks the annotated, found and readable beats of `records`, one list of predictions for each.
  public init(_ records: [[BeatPrediction]]) {
    for (record, predictions) in records.enumerated() {
      for prediction in predictions {
        guard let reference = prediction.reference, let judgement = prediction.judgement, !judgement.isUnreadable,
          let probability = judgement.abnormalProbability
        else { continue }
        entries.append(
          Entry(probability: probability, record: Int32(record), isAbnormal: reference.isAbnormal))
      }
    }
    entries.sort { $0.probability < $1.probability }
  }

  /// The area when record `i` is taken `times[i]` times; `nil` when all beats are of one kind.
  public func area(times: [Int]) -> Double? {
    var (normal, abnormal, wins) = (0, 0, 0.0)
    var place = 0
    while place < entries.count {
      let probability = entries[place].probability
      var (tiedNormal, tiedAbnormal) = (0, 0)
      while place < entries.count, entries[place].probability == probability {
        let weight = times[Int(entries[place].record)]
        if entries[place].isAbnormal { tiedAbnormal += weight } else { tiedNormal += weight }
        place += 1
      }
      wins += Double(tiedAbnormal) * (Double(normal) + Double(tiedNormal) / 2)
      normal += tiedNormal
      abnormal += tiedAbnormal
    }
    return normal > 0 && abnormal > 0 ? wins / (Double(normal) * Double(abnormal)) : nil
  }
}
