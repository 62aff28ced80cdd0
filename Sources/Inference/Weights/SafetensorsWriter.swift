/// Writes a safetensors file: what the data set for the trainer is made of.
public struct SafetensorsWriter: Sendable {
  private var entries: [String] = []
  private var data: [UInt8] = []
  private let metadata: [String: String]

  /// - Parameter metadata: free-form text for `__metadata__`.
  public init(metadata: [String: String]) { self.metadata = metadata }

  /// Appends a 32-bit floating-point tensor.
  ///
  /// - Parameters:
  ///   - name: unique in the file.
  ///   - shape: dimensions, outermost first; their product is `values.count`.
  ///   - values: the elements.
  public mutating func append(_ name: String, shape: [Int], _ values: [Float]) {
    append(name, .float32, shape: shape, count: values.count) { data in
      for value in values { withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
    }
  }

  /// Appends a 64-bit integer tensor; parameters as in ``append(_:shape:_:)-(_,_,[Float])``.
  public mutating func append(_ name: String, shape: [Int], _ values: [Int64]) {
    append(name, .int64, shape: shape, count: values.count) { data in
      for value in values { withUnsafeBytes(of: value.littleEndian) { data.append(contentsOf: $0) } }
    }
  }

  /// Appends a byte tensor; parameters as in ``append(_:shape:_:)-(_,_,[Float])``.
  public mutating func append(_ name: String, shape: [Int], _ values: [UInt8]) {
    append(name, .uint8, shape: shape, count: values.count) { $0.append(contentsOf: values) }
  }

  private mutating func append(
    _ name: String, _ dataType: TensorDataType, shape: [Int], count: Int, _ write: (inout [UInt8]) -> Void
  ) {
    precondition(shape.reduce(1, *) == count, "\(name): \(count) elements do not fill \(shape)")
    let start = data.count
    write(&data)
    let dimensions = shape.map(String.init).joined(separator: ",")
    entries.append(
      "\(Self.quoted(name)):{\"dtype\":\"\(dataType.rawValue)\",\"shape\":[\(dimensions)],"
        + "\"data_offsets\":[\(start),\(data.count)]}")
  }

  /// The whole file.
  public func encoded() -> [UInt8] {
    let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
    var header = Array(
      "{\(([#""__metadata__":{\#(pairs.joined(separator: ","))}"#] + entries).joined(separator: ","))}".utf8)
    // Padding to eight bytes keeps the tensors aligned for readers that map the file.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) } + header + data
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
