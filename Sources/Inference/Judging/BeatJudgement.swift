public import Cardio

/// What a model says of one beat.
public struct BeatJudgement: Hashable, Sendable {
  /// The class; `nil` when the model tells no classes or cannot read the beat.
  public let beatClass: BeatClass?
  /// The probability of each class; `nil` when the model tells none.
  public let classProbabilities: ClassProbabilities?
  /// P(abnormal), 0…1; `nil` when the model cannot tell.
  public let abnormalProbability: Float?
  /// Whether the model declines to judge the beat because it cannot be read.
  public let isUnreadable: Bool

  /// A judgement with all its parts.
  ///
  /// - Parameters:
  ///   - beatClass: The class, if the model tells one.
  ///   - classProbabilities: The probability of each class, if the model tells them.
  ///   - abnormalProbability: P(abnormal), 0…1; a value that is not finite makes the beat unreadable.
  ///   - isUnreadable: Whether the model declines.
  public init(
    beatClass: BeatClass? = nil, classProbabilities: ClassProbabilities? = nil, abnormalProbability: Float?,
    isUnreadable: Bool = false
  ) {
    let isFinite = abnormalProbability?.isFinite ?? true
    self.isUnreadable = isUnreadable || !isFinite
    self.beatClass = self.isUnreadable ? nil : beatClass
    self.classProbabilities = classProbabilities
    self.abnormalProbability = isFinite ? abnormalProbability : nil
  }

  /// The model cannot read the beat.
  public static let unreadable = BeatJudgement(abnormalProbability: nil, isUnreadable: true)
}
