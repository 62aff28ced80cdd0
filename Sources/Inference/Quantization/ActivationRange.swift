/// How bytes stand for the activations between two layers: `value = scale · (byte − zeroPoint)`.
package struct ActivationRange: Sendable, Equatable {
  /// What 1 stands for.
  package let scale: Double
  /// The byte that stands for zero.
  package let zeroPoint: UInt8

  /// Activations behind a ReLU.
  ///
  /// - Parameter maximum: what 255 stands for; positive and finite.
  package init(upTo maximum: Double) {
    precondition(maximum > 0 && maximum.isFinite)
    scale = maximum / 255
    zeroPoint = 0
  }

  /// A signal around zero.
  ///
  /// - Parameter magnitude: the largest magnitude that a byte can stand for; positive and finite.
  package init(symmetric magnitude: Double) {
    precondition(magnitude > 0 && magnitude.isFinite)
    scale = magnitude / 127
    zeroPoint = 128
  }

  /// The range that a weights file records for a layer's output.
  ///
  /// - Parameters:
  ///   - layer: its name; the metadata key is `activation_maximum_` and the name.
  ///   - file: the weights.
  /// - Throws: `invalidMetadata` when it is absent or no sensible maximum: the file then has no 8-bit form.
  package init(after layer: String, in file: SafetensorsFile) throws(WeightsError) {
    let key = "activation_maximum_\(layer)"
    guard let maximum = file.metadata[key].flatMap(Double.init), (1e-6...1e6).contains(maximum) else {
      throw WeightsError(
        .invalidMetadata, "\(key) must lie between 1e-6 and 1e6 for 8-bit inference; calibrate, or use float32",
        at: "metadata")
    }
    self.init(upTo: maximum)
  }
}
