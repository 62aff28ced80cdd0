public import Foundation

/// Writes a safetensors file: what the data set for the trainer is made of.
public struct SafetensorsWriter: Sendable {
  private var entries: [String] = []
  private var data = Data()
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
    append(name, .float32, shape: shape, values.map(\.bitPattern.littleEndian))
  }

  /// Appends a 64-bit floating-point tensor: its name, its dimensions, outermost first, and its elements.
  public mutating func append(_ name: String, shape: [Int], _ values: [Double]) {
    append(name, .float64, shape: shape, values.map(\.bitPattern.littleEndian))
  }

  /// Appends a 64-bit integer tensor: its name, its dimensions, outermost first, and its elements.
  public mutating func append(_ name: String, shape: [Int], _ values: [Int64]) {
    append(name, .int64, shape: shape, values.map(\.littleEndian))
  }

  /// Appends a byte tensor: its name, its dimensions, outermost first, and its elements.
  public mutating func append(_ name: String, shape: [Int], _ values: [UInt8]) {
    append(name, .uint8, shape: shape, values)
  }

  private mutating func append<Element: BitwiseCopyable>(
    _ name: String, _ dataType: TensorDataType, shape: [Int], _ values: [Element]
  ) {
    precondition(shape.reduce(1, *) == values.count, "\(name): \(values.count) elements do not fill \(shape)")
    let start = data.count
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    let dimensions = shape.map(String.init).joined(separator: ",")
    entries.append(
      "\(Self.quoted(name)):{\"dtype\":\"\(dataType.rawValue)\",\"shape\":[\(dimensions)],"
        + "\"data_offsets\":[\(start),\(data.count)]}")
  }

  /// The whole file.
  public func encoded() -> Data {
    let pairs = metadata.sorted { $0.key < $1.key }.map { "\(Self.quoted($0.key)):\(Self.quoted($0.value))" }
    let members = ["\"__metadata__\":{\(pairs.joined(separator: ","))}"] + entries
    var header = Data("{\(members.joined(separator: ","))}".utf8)
    // Padding to eight bytes keeps the tensors aligned for readers that map the file.
    while header.count % 8 != 0 { header.append(UInt8(ascii: " ")) }
    return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + data
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
