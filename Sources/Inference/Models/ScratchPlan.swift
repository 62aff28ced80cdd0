internal import CInferenceKernels

/// The rows around an activation that the layer reading it fills: its padding.
struct RowHalo: Sendable {
  let length: Int
  let width: Int
  let leading: Int
  let trailing: Int

  /// Elements of all rows together.
  var count: Int { (leading + length + trailing) * width }
}

/// Where a model's activations lie in an ``InferenceScratch``: made once when the model is, each on a cache line of its own.
///
/// ```swift
/// var plan = ScratchPlan()
/// let input = plan.input(of: firstConvolution)      // padding included
/// let features = plan.floats(length * channels)
/// let work = plan.workspace(of: [firstConvolution, secondConvolution])
/// ```
package struct ScratchPlan: Sendable {
  /// Floats of scratch that the places reserved so far need.
  package private(set) var capacity = 0

  /// A plan without any place.
  package init() {}

  /// A place for floats.
  ///
  /// - Parameter count: how many.
  /// - Returns: its offset in the scratch, in floats.
  package mutating func floats(_ count: Int) -> Int {
    let offset = capacity
    capacity += (count + 15) / 16 * 16
    return offset
  }

  /// A place for the input of a convolution, with room for its padding on either side.
  ///
  /// - Parameter layer: which will read it.
  /// - Returns: the offset of the first position of the input itself, in floats.
  package mutating func input(of layer: Convolution1D) -> Int {
    let halo = layer.inputHalo
    // A whole number of cache lines before the first position.
    let before = (halo.leading * halo.width + 15) / 16 * 16
    return floats(before + (halo.length + halo.trailing) * halo.width) + before
  }

  /// A place for the input of a convolution in 8 bits, with room for its padding on either side.
  ///
  /// - Parameter layer: which will read it.
  /// - Returns: the offset of the first position of the input itself, in bytes.
  package mutating func input(of layer: QuantizedConvolution1D) -> Int {
    let halo = layer.inputHalo
    let before = (halo.leading * halo.width + 63) / 64 * 64
    return bytes(before + (halo.length + halo.trailing) * halo.width) + before
  }

  /// A place for 8-bit activations, with the bytes behind it that kernels may read.
  ///
  /// - Parameter count: how many.
  /// - Returns: its offset in the scratch, in bytes.
  package mutating func bytes(_ count: Int) -> Int { floats((count + Int(SB_READ_SLACK) + 3) / 4) * 4 }

  /// One place as working memory for several convolutions, which use it one after the other.
  ///
  /// - Parameter layers: that will use it.
  /// - Returns: its offset in the scratch, in floats.
  package mutating func workspace(of layers: [Convolution1D]) -> Int {
    floats(layers.map(\.workspaceCount).max() ?? 0)
  }
}
