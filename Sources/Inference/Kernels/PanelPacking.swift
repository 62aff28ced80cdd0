internal import CInferenceKernels

/// The order in which kernels read a weight matrix: outputs in panels of 16, a few panels side by side in a block, within a
/// block element by element of the input row. Outputs that do not exist are zero.
struct PanelPacking {
  /// Outputs of a panel.
  static let panel = Int(SB_PANEL)
  /// Panels of a block in convolutions by their definition.
  static let direct = Int(SB_PANELS_DIRECT)
  /// Panels of a block in minimal convolutions and dense layers.
  static let narrow = Int(SB_PANELS_NARROW)

  let outputs: Int
  /// Elements of a row; several of them may lie together, see `group`.
  let depth: Int
  let panelsPerBlock: Int
  /// Elements of a row that lie together for each output: 1 in float, 4 in 8 bits.
  var group = 1

  /// `outputs` rounded up to whole panels.
  var paddedOutputs: Int { Self.padded(outputs) }

  static func padded(_ outputs: Int) -> Int { (outputs + panel - 1) / panel * panel }

  /// The values in the kernels' order.
  ///
  /// - Parameter value: the weight of an output and an element of its row.
  func packed<Value: Numeric>(_ value: (_ output: Int, _ element: Int) -> Value) -> [Value] {
    let steps = (depth + group - 1) / group
    var packed: [Value] = []
    packed.reserveCapacity(paddedOutputs * steps * group)
    let blockWidth = panelsPerBlock * Self.panel
    for first in stride(from: 0, to: paddedOutputs, by: blockWidth) {
      for step in 0..<steps {
        for output in first..<min(first + blockWidth, paddedOutputs) {
          for element in (step * group)..<((step + 1) * group) {
            packed.append(output < outputs && element < depth ? value(output, element) : 0)
          }
        }
      }
    }
    return packed
  }

  /// One value an output, zeros behind them.
  func padded<Value: Numeric>(_ values: [Value]) -> [Value] {
    values + [Value](repeating: 0, count: paddedOutputs - values.count)
  }
}
