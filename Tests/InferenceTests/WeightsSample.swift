import Foundation
import Inference

/// Weights files to start from and to spoil.
enum WeightsSample {
  /// The file that the binary embeds.
  static let bundled: [UInt8] = {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Sources/Inference/Resources/reference.safetensors")
    // The file is part of the repository: without it nothing here would have compiled.
    return [UInt8](try! Data(contentsOf: url))
  }()

  /// A file of this header and this many zero bytes of data.
  static func file(header: String, dataBytes: Int = 0) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
      + [UInt8](repeating: 0, count: dataBytes)
  }

  /// The header and the data of the bundled file.
  static var parts: (header: String, data: [UInt8]) {
    let length = Int(bundled[0]) | Int(bundled[1]) << 8
    return (String(decoding: bundled[8..<(8 + length)], as: UTF8.self), Array(bundled[(8 + length)...]))
  }

  /// The bundled file with its header rewritten.
  static func bundled(_ rewrite: (String) -> String) -> [UInt8] {
    let (header, data) = parts
    let text = Array(rewrite(header).utf8)
    return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data
  }

  /// The bundled file with a tensor's first element replaced.
  static func bundled(first value: Float, of tensor: String) throws -> [UInt8] {
    var bytes = bundled
    let dataStart = bundled.count - parts.data.count
    guard let descriptor = try SafetensorsFile(bytes: bytes).tensors[tensor] else { return [] }
    let start = dataStart + descriptor.byteRange.lowerBound
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.replaceSubrange(start..<(start + 4), with: $0) }
    return bytes
  }
}
