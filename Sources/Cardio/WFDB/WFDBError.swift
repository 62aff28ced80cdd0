/// Why a WFDB file could not be read. Two errors are equal when their codes are.
public struct WFDBError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of failure; stable.
  public enum Code: String, Hashable, Sendable {
    /// The file is absent or cannot be read.
    case unreadableFile = "wfdb.unreadable-file"
    /// A file or a count is larger than the reader's limit.
    case tooLarge = "wfdb.too-large"
    /// A header line does not follow header(5).
    case malformedHeader = "wfdb.malformed-header"
    /// A signal or annotation file ends early or contradicts itself.
    case malformedData = "wfdb.malformed-data"
    /// Valid WFDB that this reader does not read: another format, several segments, samples per frame.
    case unsupported = "wfdb.unsupported"
    /// A signal's samples do not add up to the header's checksum.
    case checksumMismatch = "wfdb.checksum-mismatch"
  }

  /// The kind of failure.
  public let code: Code
  /// What is wrong, in a sentence.
  public let reason: String
  /// The file's name, as far as known.
  public let file: String
  /// The line of a header (from 1), or the byte offset in a binary file.
  public let place: Int?

  /// An error with its code, reason and place.
  public init(code: Code, reason: String, file: String, place: Int? = nil) {
    self.code = code
    self.reason = reason
    self.file = file
    self.place = place
  }

  /// Code, file, place and reason in one line.
  public var description: String {
    let location =
      place.map { code == .malformedHeader || code == .unsupported ? " line \($0)" : " offset \($0)" } ?? ""
    return "\(code.rawValue): \(file)\(location): \(reason)"
  }

  /// Equality on the code alone.
  public static func == (lhs: WFDBError, rhs: WFDBError) -> Bool {
    lhs.code == rhs.code
  }

  /// Hashes the code alone.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(code)
  }
}
