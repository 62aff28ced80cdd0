/// Why a message from the network was refused.
///
/// Equality is on the code alone, so that tests and counters never depend on prose.
public struct WireError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure; appears in metrics, the quarantine and the golden vectors.
  public enum Code: String, Sendable, CaseIterable {
    /// Longer than the named limit.
    case oversize
    /// Ends before it should.
    case truncated
    /// Bytes follow the end.
    case trailingBytes = "trailing-bytes"
    /// Valid CBOR, but not the core deterministic encoding (RFC 8949 §4.2.1).
    case nonCanonical = "non-canonical-cbor"
    /// Well-formed, but of another shape or type than ours.
    case unexpectedType = "malformed"
    /// The structure is right and a value in it is out of its range.
    case valueOutOfRange = "out-of-range"
    /// The topic is not one of ours, or names no valid device.
    case foreignTopic = "foreign-topic"
    /// A chunk's nonce does not belong to its session's IV.
    case inconsistentNonce = "inconsistent-nonce"
  }

  /// What went wrong.
  public let code: Code
  /// Where, in words that name the field and never its content.
  public let place: String

  /// Describes a failure.
  public init(_ code: Code, _ place: String) {
    self.code = code
    self.place = place
  }

  /// `code: place`.
  public var description: String { "\(code.rawValue): \(place)" }

  /// Equal when the codes are.
  public static func == (left: WireError, right: WireError) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
