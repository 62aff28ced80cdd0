import Foundation

/// What turns a network's last sums into probabilities.
package enum OutputActivation {
  /// `1 / (1 + e^−x)`.
  package static func sigmoid(_ logit: Float) -> Float { 1 / (1 + exp(-logit)) }

  /// Softmax in place: the largest logit is subtracted first, so that nothing overflows.
  ///
  /// - Parameter values: logits, all finite; becomes probabilities that add up to 1.
  package static func softmax(_ values: UnsafeMutableBufferPointer<Float>) {
    guard let largest = values.max() else { return }
    var sum: Float = 0
    for index in values.indices {
      values[index] = exp(values[index] - largest)
      sum += values[index]
    }
    for index in values.indices { values[index] /= sum }
  }
}
