import Cardio

/// How well abnormal beats (every class but N) are told from normal ones.
///
/// Over beats that are annotated, found and readable; whatever the detector missed or invented is told apart from it.
public struct BinaryStatistics: Hashable, Sendable {
  /// Annotated, found and readable beats by class, and how many of them reach the threshold.
  public struct Counts: Hashable, Sendable {
    /// Beats by the index of their class.
    public var judged = [Int](repeating: 0, count: BeatClass.allCases.count)
    /// Those of them that are called abnormal.
    public var abnormal = [Int](repeating: 0, count: BeatClass.allCases.count)

    /// Counts of nothing.
    public init() {}

    /// Adds other counts `times` over.
    public mutating func add(_ other: Counts, times: Int = 1) {
      for place in judged.indices {
        judged[place] += times * other.judged[place]
        abnormal[place] += times * other.abnormal[place]
      }
    }
  }

  /// Area under the receiver operating characteristic; `nil` when one kind is absent.
  public let auc: Double?
  /// The share of beats called rightly; `nil` without beats.
  public let accuracy: Double?
  /// The share of beats called abnormal that are; `nil` when none is called so.
  public let precision: Double?
  /// The share of abnormal beats called so; `nil` without abnormal beats.
  public let recall: Double?
  /// 2 TP / (2 TP + FN + FP); `nil` without abnormal beats.
  public let f1: Double?
  /// The share of normal beats called normal; `nil` without normal beats.
  public let specificity: Double?
  /// A beat is called abnormal from this probability on.
  public let threshold: Float

  /// The statistics of counts.
  public init(_ counts: Counts, auc: Double?, threshold: Float) {
    func ratio(_ part: Int, _ whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
    let normal = BeatClass.normal.index
    let all = counts.judged.reduce(0, +)
    let positives = all - counts.judged[normal]
    let called = counts.abnormal.reduce(0, +)
    let right = called - counts.abnormal[normal]
    let rightlyNormal = counts.judged[normal] - counts.abnormal[normal]
    self.auc = auc
    self.threshold = threshold
    accuracy = ratio(right + rightlyNormal, all)
    precision = ratio(right, called)
    recall = ratio(right, positives)
    f1 = positives > 0 ? ratio(2 * right, called + positives) : nil
    specificity = ratio(rightlyNormal, counts.judged[normal])
  }
}
