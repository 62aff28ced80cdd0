/// The four vectors of a BatchNorm layer at inference, one element per channel.
///
/// Source: Ioffe and Szegedy 2015, algorithm 2.
package struct BatchNormalization: Sendable {
  package let scale: [Float]
  package let shift: [Float]
  package let mean: [Float]
  package let variance: [Float]
  package let epsilon: Double

  package init(scale: [Float], shift: [Float], mean: [Float], variance: [Float], epsilon: Double) {
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
    self.epsilon = epsilon
  }

  /// The factor and the offset by which a channel's convolution is multiplied and moved, in double precision.
  func affine(channel: Int) -> (factor: Double, offset: Double) {
    let factor = Double(scale[channel]) / (Double(variance[channel]) + epsilon).squareRoot()
    return (factor, Double(shift[channel]) - Double(mean[channel]) * factor)
  }
}
