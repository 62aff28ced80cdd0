/// Why the store could not do what it was asked.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure.
  public enum Code: String, Sendable, CaseIterable {
    /// No space is left: nothing of the batch was committed; it may be tried again.
    case diskFull = "disk-full"
    /// A page fails its check: the file must be restored or repaired.
    case corrupt
    /// Another process holds the database for longer than the named time-out.
    case busy
    /// The file was written by a newer version.
    case newerSchema = "newer-schema"
    /// The directory or file cannot be opened.
    case cannotOpen = "cannot-open"
    /// Another worker has claimed the session since.
    case claimLost = "claim-lost"
    /// Anything else that SQLite reports.
    case io
  }

  /// What went wrong.
  public let code: Code
  /// What was wrong and what to do, in words; no content of a record.
  public let reason: String

  /// Describes a failure.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// `code: reason`.
  public var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  public static func == (left: StoreError, right: StoreError) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
