public import Cardio

/// How well one class is told, in the manner of ANSI/AAMI EC57 (4.3.3, tables 3 and 6 of its 1998 edition).
///
/// For V and S the counts are EC57's: a beat of the class that the detector missed, or that the model cannot read, counts
/// against sensitivity; a false beat that gets the class counts against positive predictivity. A fusion (F) or
/// unclassifiable (Q) beat called V, and a Q beat called S, is neither right nor wrong and does not count against positive
/// predictivity. For N, F and Q, of which EC57 says nothing, every beat of another class counts.
public struct ClassStatistics: Hashable, Sendable {
  /// TP / (TP + FN), a fraction; `nil` without beats of the class or when the model tells no classes.
  public let sensitivity: Double?
  /// TP / (TP + FP), a fraction; `nil` when the model never gave the class.
  public let positivePredictivity: Double?
  /// 2 TP / (2 TP + FN + FP), a fraction; `nil` without beats of the class.
  public let f1: Double?
  /// Annotated beats of the class, found or not.
  public let support: Int

  /// Reference classes whose beats are neither right nor wrong when they are called `beatClass`.
  public static func exempt(calledAs beatClass: BeatClass) -> Set<BeatClass> {
    switch beatClass {
    case .ventricular: [.fusion, .unknown]
    case .supraventricular: [.unknown]
    case .normal, .fusion, .unknown: []
    }
  }

  /// The statistics of a class in a matrix.
  public init(_ beatClass: BeatClass, in confusion: ConfusionMatrix) {
    support = confusion.total(of: .beat(beatClass))
    guard confusion.hasClasses else {
      (sensitivity, positivePredictivity, f1) = (nil, nil, nil)
      return
    }
    let exempt = Self.exempt(calledAs: beatClass)
    let right = confusion[.beat(beatClass), .beat(beatClass)]
    var wrong = confusion[.none, .beat(beatClass)]
    for other in BeatClass.allCases where other != beatClass && !exempt.contains(other) {
      wrong += confusion[.beat(other), .beat(beatClass)]
    }
    sensitivity = support > 0 ? Double(right) / Double(support) : nil
    positivePredictivity = right + wrong > 0 ? Double(right) / Double(right + wrong) : nil
    f1 = support > 0 ? 2 * Double(right) / Double(right + wrong + support) : nil
  }
}
