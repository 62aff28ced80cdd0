import Cardio

extension BeatPrediction {
  /// The names of the columns of ``csv``.
  public static let csvHeader =
    "record,sample,reference,predicted,p_N,p_S,p_V,p_F,p_Q,p_abnormal,quality"

  /// The line as comma-separated values.
  ///
  /// `reference` is a class or empty (false beat). `predicted` is a class, `unreadable`, `missed`, or empty when the model
  /// tells no classes. What is unknown is empty.
  public var csv: String {
    let predicted =
      judgement.map { $0.isUnreadable ? "unreadable" : $0.beatClass?.rawValue ?? "" } ?? "missed"
    let probabilities = BeatClass.allCases.map { beatClass in
      judgement?.classProbabilities.map { "\($0[beatClass])" } ?? ""
    }
    let fields =
      [record, String(sample), reference?.rawValue ?? "", predicted] + probabilities
      + [judgement?.abnormalProbability.map { "\($0)" } ?? "", quality.map { "\($0)" } ?? ""]
    return fields.joined(separator: ",")
  }
}
