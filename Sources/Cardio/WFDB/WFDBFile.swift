#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The one place where WFDB files are opened.
enum WFDBFile {
  static func read(_ directory: URL, _ name: String, limit: Int) throws(WFDBError) -> [UInt8] {
    let path = directory.appendingPathComponent(name).path
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    if let size = attributes?[.size] as? Int, size > limit {
      throw WFDBError(code: .tooLarge, reason: "\(size) bytes, at most \(limit) are read", file: name)
    }
    guard let data = FileManager.default.contents(atPath: path) else {
      throw WFDBError(code: .unreadableFile, reason: "absent or not readable", file: name)
    }
    return [UInt8](data)
  }
}
