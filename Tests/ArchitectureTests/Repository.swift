import Foundation

/// The files of the repository that this test was built from.
enum Repository {
  static let root: URL = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appending(path: path), encoding: .utf8)
  }

  static func folders(in path: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: path).path).filter { !$0.hasPrefix(".") }
      .sorted()
  }

  static func swiftFiles(in path: String) throws -> [String] {
    let base = root.appending(path: path)
    let paths = try FileManager.default.subpathsOfDirectory(atPath: base.path)
    return paths.filter { $0.hasSuffix(".swift") }.map { "\(path)/\($0)" }.sorted()
  }

  static func imports(of file: String) throws -> [String] { imports(in: try text(file)) }

  /// Names of the modules that a source imports.
  static func imports(in source: String) -> [String] {
    let pattern =
      /^\s*(?:@\w+\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|func|var|let|protocol|typealias|actor)\s+)?(\w+)/
      .anchorsMatchLineEndings()
    return source.matches(of: pattern).map { String($0.1) }
  }
}
