import CModelWeights
import Foundation

/// Where a model's weights come from.
public enum ModelWeights: Sendable {
  /// The reference network's, inside this binary.
  case bundledReference
  /// The default network's, carried inside the binary.
  case bundledDefault
  /// A safetensors file on disk.
  case file(path: String)
  /// A safetensors file in memory.
  case bytes([UInt8])

  /// Reads and checks the file.
  ///
  /// - Throws: ``WeightsError``.
  public func load() throws(WeightsError) -> SafetensorsFile {
    switch self {
    case .bundledReference:
      let bytes = UnsafeBufferPointer(start: sb_reference_weights_bytes(), count: sb_reference_weights_size())
      return try SafetensorsFile(bytes: Array(bytes))
    case .bundledDefault:
      let bytes = UnsafeBufferPointer(start: sb_default_weights_bytes(), count: sb_default_weights_size())
      return try SafetensorsFile(bytes: Array(bytes))
    case .file(let path): return try SafetensorsFile(bytes: Self.read(path))
    case .bytes(let bytes): return try SafetensorsFile(bytes: bytes)
    }
  }

  /// Reads one byte more than the limit at most, so that an endless file ends here too.
  private static func read(_ path: String) throws(WeightsError) -> [UInt8] {
    do {
      let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? handle.close() }
      return Array(try handle.read(upToCount: WeightsLimits.maximumFileBytes + 1) ?? Data())
    } catch {
      throw WeightsError(.unreadable, "the file cannot be opened or read", at: path)
    }
  }
}
