public import Cardio

/// How many beats of which kind.
public struct BeatCounts: Hashable, Sendable {
  /// Beats by the index of their class.
  private var classes = [Int](repeating: 0, count: BeatClass.allCases.count)
  /// All beats.
  public private(set) var total = 0
  /// Beats that count as abnormal: by class, or by P(abnormal) where the model tells none.
  public private(set) var abnormal = 0
  /// Beats that the model declined to judge.
  public private(set) var unreadable = 0

  /// The counts of beats.
  public init(_ beats: ArraySlice<HolterBeat>) {
    for beat in beats {
      total += 1
      abnormal += beat.isAbnormal ? 1 : 0
      unreadable += beat.isUnreadable ? 1 : 0
      if let beatClass = beat.beatClass { classes[beatClass.index] += 1 }
    }
  }

  /// Beats of a class.
  public subscript(beatClass: BeatClass) -> Int { classes[beatClass.index] }
}
