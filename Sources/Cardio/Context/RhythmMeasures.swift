/// Where a beat stands in its rhythm. RR intervals are natural logarithms of seconds, so that a difference is a ratio.
package struct RhythmMeasures {
  /// How many there are.
  package static let count = 40

  /// The RR interval before the beat against the median of the last 32: negative when it is early.
  package var prematurity: Float = 0
  /// The same against the median of the last 8.
  package var prematurityOfEight: Float = 0
  /// The RR interval behind the beat against the median of the last 32.
  package var pause: Float = 0
  /// The RR interval behind the beat against that before it.
  package var compensation: Float = 0
  /// The RR interval against the one before it.
  package var step: Float = 0
  /// The four RR intervals before, latest first, against the median of the last 32.
  package var past = SIMD4<Float>(repeating: 0)
  /// Median and mean of the steps' magnitudes in the last 16 RR intervals, then in the last 64.
  package var irregularity = SIMD4<Float>(repeating: 0)
  /// The RR interval, the next one and the median of the last 32, in seconds.
  package var seconds = SIMD3<Float>(repeating: 0)
  /// This RR interval, the median of the last three and the next one against the sinus node's pace, and for how many beats
  /// (ln(1 + n)) the rhythm has been away from that pace; see ``SinusPace``.
  package var againstSinus = SIMD4<Float>(repeating: 0)
  /// Mean magnitude of the smallest of the last one, two and three steps over 8, 16 and 48 RR intervals: a pattern that repeats
  /// every second or third beat is regular to the later ones, atrial fibrillation to none.
  package var patternIrregularity = InlineArray<9, Float>(repeating: 0)
  /// The share of the last 64 RR intervals within 6 % of this one, and of pairs within 10 % of this one and the next.
  package var familiarity = SIMD2<Float>(repeating: 0)
  /// The distances to the nearest and the second nearest of the last 64 pairs of successive RR intervals, at most 1.
  package var strangeness = SIMD2<Float>(repeating: 0)
  /// The mean distance of the last 32 points of the Lorenz plot to their second nearest neighbour: small for every ordered rhythm.
  package var scatter: Float = 0
  /// The RR interval against the 80th centile of the last 32, the distances between the 80th, 60th, 40th and 20th, the next RR
  /// interval against the 80th, and this one against the 20th.
  package var distribution = InlineArray<6, Float>(repeating: 0)

  /// Measures of nothing: all zero.
  package init() {}

  /// Gives every measure, in an order that never changes.
  func forEach(_ body: (Float) -> Void) {
    body(prematurityOfEight)
    body(prematurity)
    body(pause)
    body(compensation)
    body(step)
    for index in 0..<4 { body(past[index]) }
    for index in 0..<4 { body(irregularity[index]) }
    for index in 0..<3 { body(seconds[index]) }
    for index in 0..<4 { body(againstSinus[index]) }
    for index in 0..<9 { body(patternIrregularity[index]) }
    for index in 0..<2 { body(familiarity[index]) }
    for index in 0..<2 { body(strangeness[index]) }
    body(scatter)
    for index in 0..<6 { body(distribution[index]) }
  }
}
