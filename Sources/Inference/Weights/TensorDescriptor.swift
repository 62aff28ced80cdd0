/// The element type of a tensor in a safetensors file.
public enum TensorDataType: String, Sendable, CaseIterable {
  /// IEEE 754 binary32, little-endian.
  case float32 = "F32"
  /// IEEE 754 binary64, little-endian.
  case float64 = "F64"
  /// Two's complement 64-bit, little-endian.
  case int64 = "I64"
  /// Two's complement 32-bit, little-endian.
  case int32 = "I32"
  /// Unsigned byte.
  case uint8 = "U8"

  /// Bytes of one element.
  public var byteCount: Int {
    switch self {
    case .float32, .int32: 4
    case .float64, .int64: 8
    case .uint8: 1
    }
  }
}

/// One tensor's entry in a safetensors header.
public struct TensorDescriptor: Sendable, Equatable {
  /// Its name, unique in the file.
  public let name: String
  /// Its element type.
  public let dataType: TensorDataType
  /// Its dimensions, outermost first; empty for a scalar.
  public let shape: [Int]
  /// Its bytes, counted from the end of the header.
  public let byteRange: Range<Int>
  /// The product of ``shape``.
  public let elementCount: Int
}
