internal import CInferenceKernels

/// The mean and the maximum of each channel over all positions.
package struct GlobalPooling: Sendable {
  private let kernels: Kernels
  private let length: Int
  private let channels: Int

  /// - Parameters:
  ///   - length: positions of the input, at least one.
  ///   - channels: channels of the input.
  ///   - path: the kernels.
  package init(length: Int, channels: Int, path: KernelPath = .best) {
    precondition(length > 0 && channels > 0)
    self.length = length
    self.channels = channels
    kernels = path.kernels
  }

  /// - Parameters:
  ///   - input: `length × channels` floats, time-major.
  ///   - mean: room for `channels` floats; `nil` when it is not wanted.
  ///   - maximum: room for `channels` floats; `nil` when it is not wanted.
  package func apply(
    _ input: UnsafePointer<Float>, mean: UnsafeMutablePointer<Float>?, maximum: UnsafeMutablePointer<Float>?
  ) {
    kernels.functions.pool_globally(input, length, channels, mean, maximum)
  }
}
