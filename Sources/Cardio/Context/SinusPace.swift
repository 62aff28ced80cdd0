/// The sinus node's own pace, as far as the beats tell: it follows the rhythm while that changes as a sinus node does, and
/// holds still while the rhythm is far from it, in a run of tachycardia say, for many minutes.
struct SinusPace: Hashable, Sendable, Codable {
  /// Beats from which the first pace is taken, by their median.
  private static let learning = 16
  /// A rhythm within this of the pace (logarithm of the ratio) is the sinus node's: 20 %.
  private static let reach: Float = 0.18
  /// The share of the way by which the pace then follows.
  private static let share: Float = 0.06
  /// The most that it moves in a beat otherwise: 0.08 %.
  private static let creep: Float = 0.0008

  /// The logarithm of the sinus RR interval in seconds.
  private(set) var interval: Float = 0
  /// How many beats the rhythm has been away from it.
  private(set) var beatsAway = 0
  private var first: [Float] = []

  /// Takes the next RR interval (logarithm of seconds) while the first pace is being learnt; no effect later.
  mutating func begin(with interval: Float) {
    guard first.count < SinusPace.learning else { return }
    first.append(interval)
    var sorted = SortedSamples()
    for value in first { sorted.insert(value) }
    self.interval = sorted.median
  }

  /// Follows the rhythm.
  ///
  /// - Parameter typical: the median of the last three RR intervals, as a logarithm of seconds.
  mutating func follow(_ typical: Float) {
    let distance = typical - interval
    let isLearnt = first.count >= SinusPace.learning
    if abs(distance) < SinusPace.reach {
      if isLearnt { interval += SinusPace.share * distance }
      beatsAway = 0
    } else {
      beatsAway += 1
      if isLearnt { interval += max(-SinusPace.creep, min(SinusPace.creep, distance)) }
    }
  }
}
