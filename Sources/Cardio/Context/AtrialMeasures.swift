/// How a beat's atrial segment compares with the mean of the normal beats'. Powers are about a straight baseline.
struct AtrialMeasures {
  /// How many there are.
  static let count = 6

  /// Logarithm of the mean segment's power over the power of what beats differ from it: above 0 where there is a P wave.
  var coherence: Float = 0
  /// The beat's segment projected on the mean one, −1…1.
  var match: Float = 0
  /// Half the logarithm of the mean segment's power in µV², less 3.
  var meanPower: Float = 0
  /// Half the logarithm of this beat's power in µV², less 3.
  var beatPower: Float = 0
  /// Half the logarithm of this beat's difference from the mean segment over what is usual, as powers.
  var strangeness: Float = 0
  /// The highest sample over the root mean square.
  var peak: Float = 0

  /// Gives every measure, in an order that never changes.
  func forEach(_ body: (Float) -> Void) {
    body(coherence)
    body(match)
    body(meanPower)
    body(beatPower)
    body(strangeness)
    body(peak)
  }
}
