/// Where a one-dimensional convolution looks and what it yields.
///
/// A program's constant, never a file's: an impossible geometry is a programming error.
package struct ConvolutionGeometry: Sendable, Equatable {
  /// Zeros that are imagined before and behind the input.
  package struct Padding: Sendable, Equatable {
    /// Positions before the first.
    package let leading: Int
    /// Positions behind the last.
    package let trailing: Int

    /// - Parameters:
    ///   - leading: positions before the first.
    ///   - trailing: positions behind the last.
    package init(leading: Int, trailing: Int) {
      precondition(leading >= 0 && trailing >= 0)
      self.leading = leading
      self.trailing = trailing
    }

    /// None: the output is shorter than the input.
    package static let valid = Padding(leading: 0, trailing: 0)

    /// As many on either side, PyTorch's `padding=`.
    package static func symmetric(_ count: Int) -> Padding { Padding(leading: count, trailing: count) }

    /// As TensorFlow's 'same': the output has ⌈length / stride⌉ positions, and an odd zero goes behind.
    package static func same(length: Int, taps: Int, stride: Int) -> Padding {
      let total = max(((length + stride - 1) / stride - 1) * stride + taps - length, 0)
      return Padding(leading: total / 2, trailing: total - total / 2)
    }
  }

  /// Positions of the input.
  package let inputLength: Int
  /// Positions from one output to the next.
  package let stride: Int
  /// Zeros around the input.
  package let padding: Padding
  /// Whether MaxPool 2 follows; a last odd position is dropped, as in Keras.
  package let pools: Bool

  /// - Parameters:
  ///   - inputLength: positions of the input.
  ///   - stride: positions from one output to the next.
  ///   - padding: zeros around the input.
  ///   - pools: whether MaxPool 2 follows.
  package init(inputLength: Int, stride: Int = 1, padding: Padding = .valid, pools: Bool = false) {
    precondition(inputLength > 0 && stride > 0)
    self.inputLength = inputLength
    self.stride = stride
    self.padding = padding
    self.pools = pools
  }

  /// Positions of the output, after the pool.
  package func outputLength(taps: Int) -> Int {
    let padded = inputLength + padding.leading + padding.trailing
    precondition(padded >= taps, "the input is shorter than the taps")
    let positions = (padded - taps) / stride + 1
    precondition(!pools || positions >= 2, "nothing to pool")
    return pools ? positions / 2 : positions
  }
}
