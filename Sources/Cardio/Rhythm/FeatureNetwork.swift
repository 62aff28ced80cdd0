#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A network of one hidden layer over a few measured features: standardise, weigh, clip at zero, weigh, logistic function.
///
/// `Training/fit_rhythm.py` fits the weights and writes them as Swift.
struct FeatureNetwork: Sendable {
  /// What is taken from each feature …
  let centre: [Float]
  /// … and what it is multiplied with.
  let scale: [Float]
  /// The hidden layer, one row of weights and a bias for each hidden unit; empty for a plain logistic regression.
  let hidden: [Float]
  /// The weights of the output, one for each hidden unit (or feature), and the bias.
  let output: [Float]

  /// The largest deviation of a feature that counts, in standard deviations: what lies beyond was never seen in training.
  static let clip: Float = 6

  /// The logarithm of the odds. A feature that is not finite counts as the mean of the training set.
  func logit(_ features: [Float]) -> Float {
    precondition(features.count == centre.count, "\(centre.count) features")
    let count = features.count
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { inputs in
      for index in 0..<count {
        let value = (features[index] - centre[index]) * scale[index]
        inputs[index] =
          value.isFinite ? min(FeatureNetwork.clip, max(-FeatureNetwork.clip, value)) : 0
      }
      var sum = output[output.count - 1]
      guard !hidden.isEmpty else {
        for index in 0..<count { sum += inputs[index] * output[index] }
        return sum
      }
      var place = 0
      for unit in 0..<output.count - 1 {
        var level = hidden[place + count]
        for index in 0..<count { level += inputs[index] * hidden[place + index] }
        place += count + 1
        if level > 0 { sum += level * output[unit] }
      }
      return sum
    }
  }

  /// The probability that goes with a logit.
  static func probability(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }
}
