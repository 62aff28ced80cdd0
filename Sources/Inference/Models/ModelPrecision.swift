/// The numbers that a model computes with.
public enum ModelPrecision: String, Sendable, CaseIterable {
  /// IEEE 754 binary32 throughout.
  case float32
  /// 8-bit activations and weights, exact 32-bit sums, in the layers where the work is; the last layer in float.
  ///
  /// The weights file is the same: it is quantised when it is loaded, with a scale for each output channel and the ranges of
  /// activation that the trainer recorded in the file's metadata.
  case int8
}
