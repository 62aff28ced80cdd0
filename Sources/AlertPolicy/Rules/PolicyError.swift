/// What is wrong with a policy, and where. Equality looks at the code and the place alone.
public struct PolicyError: Error, Sendable, CustomStringConvertible {
  /// The kinds of fault; the names are stable.
  public enum Code: String, Sendable {
    /// It is no JSON, or no object.
    case notJSON = "not-json"
    /// A key that no rule has.
    case unknownKey = "unknown-key"
    /// A value of another type than the key asks for.
    case wrongType = "wrong-type"
    /// A number beyond what makes sense.
    case outOfRange = "out-of-range"
    /// Two limits that contradict each other.
    case contradiction
  }

  /// What kind of fault it is.
  public let code: Code
  /// Where: `tachycardia.onRate`; empty for the whole policy.
  public let path: String
  /// What is wrong, for a person.
  public let reason: String

  /// A fault.
  public init(_ code: Code, _ path: String, _ reason: String) {
    self.code = code
    self.path = path
    self.reason = reason
  }

  /// `tachycardia.onRate: 900 is not within 30…300`.
  public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

extension PolicyError: Equatable {
  /// The same fault at the same place.
  public static func == (left: PolicyError, right: PolicyError) -> Bool {
    left.code == right.code && left.path == right.path
  }
}
