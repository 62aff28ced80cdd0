/// How bytes stand for the activations between two layers: `value = scale · (byte − zeroPoint)`, a scale for each channel.
package struct ActivationRange: Sendable, Equatable {
  /// What 1 stands for, for each channel.
  package let scales: [Double]
  /// The byte that stands for zero.
  package let zeroPoint: UInt8
  /// What each channel is on average, by which the rounding of weights is set right; zero where unknown.
  package let means: [Double]

  /// Activations behind a ReLU.
  ///
  /// - Parameters:
  ///   - maxima: what 255 stands for, for each channel; positive and finite.
  ///   - means: what each channel is on average; `nil` when that is unknown.
  package init(upTo maxima: [Double], means: [Double]? = nil) {
    precondition(!maxima.isEmpty && maxima.allSatisfy { $0 > 0 && $0.isFinite })
    precondition(means?.count ?? maxima.count == maxima.count)
    scales = maxima.map { $0 / 255 }
    zeroPoint = 0
    self.means = means ?? [Double](repeating: 0, count: maxima.count)
  }

  /// A signal around zero.
  ///
  /// - Parameter magnitudes: the largest magnitude that a byte can stand for, for each channel; positive and finite.
  package init(symmetric magnitudes: [Double]) {
    precondition(!magnitudes.isEmpty && magnitudes.allSatisfy { $0 > 0 && $0.isFinite })
    scales = magnitudes.map { $0 / 127 }
    zeroPoint = 128
    means = [Double](repeating: 0, count: magnitudes.count)
  }

  /// The range that a weights file records for a layer's output.
  ///
  /// - Parameters:
  ///   - layer: its name; the metadata keys are `activation_maxima_` and `activation_means_` with the name, the values a
  ///     number for each channel, with commas between them.
  ///   - channels: how many there must be.
  ///   - file: the weights.
  /// - Throws: `invalidMetadata` when they are absent or not sensible: the file then has no 8-bit form.
  package init(after layer: String, channels: Int, in file: SafetensorsFile) throws(WeightsError) {
    self.init(
      upTo: try Self.numbers("activation_maxima_\(layer)", count: channels, in: 1e-6...1e6, of: file),
      means: try Self.numbers("activation_means_\(layer)", count: channels, in: 0...1e6, of: file))
  }

  private static func numbers(
    _ key: String, count: Int, in range: ClosedRange<Double>, of file: SafetensorsFile
  ) throws(WeightsError) -> [Double] {
    let texts = (file.metadata[key] ?? "").split(separator: ",", omittingEmptySubsequences: false)
    let numbers = texts.compactMap { Double($0) }
    guard numbers.count == count, texts.count == count, numbers.allSatisfy(range.contains) else {
      throw WeightsError(
        .invalidMetadata, "8-bit inference needs \(key) with \(count) numbers from \(range)", at: "metadata")
    }
    return numbers
  }

  /// The scale of an element of a time-major row.
  func scale(ofElement element: Int) -> Double { scales[element % scales.count] }

  /// The average of an element of a time-major row, in bytes above the zero point.
  func meanByte(ofElement element: Int) -> Double { means[element % means.count] / scale(ofElement: element) }
}
