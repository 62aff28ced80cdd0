package import Findings

/// What a classifier says of one beat.
package struct BeatVerdict: Sendable, Hashable {
  /// P(abnormal), 0…1.
  package let abnormalProbability: Double
  /// Whether it reaches the threshold in force.
  package let isAbnormal: Bool
  /// The AAMI EC57 class, from a model that tells one.
  package let beatClass: BeatLabel?

  /// A verdict; a probability that is not a number between 0 and 1 is brought to the nearer end, and to 0 when it is none.
  package init(abnormalProbability: Double, isAbnormal: Bool, beatClass: BeatLabel? = nil) {
    self.abnormalProbability =
      abnormalProbability.isNaN ? 0 : min(1, max(0, (abnormalProbability * 10_000).rounded() / 10_000))
    self.isAbnormal = isAbnormal
    self.beatClass = beatClass
  }
}
