/// Why an account or a patient could not be added or changed. Equal when the codes are.
public struct AccountError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure.
  public enum Code: String, Sendable, CaseIterable {
    /// The name breaks its rule.
    case badName = "bad-name"
    /// The name is taken.
    case exists
    /// There is nobody of that name.
    case unknown
    /// The account's role has no use for it.
    case badRole = "bad-role"
    /// The password is too short, too long or among those tried first (NIST SP 800-63B-4 §3.1.1.2).
    case weakPassword = "weak-password"
    /// A code of a second factor is not right, or was used.
    case wrongCode = "wrong-code"
    /// A patient's name or birth date breaks its rule.
    case badIdentity = "bad-identity"
    /// A token's name, scopes or life break their rules, or there are too many.
    case badToken = "bad-token-request"
    /// A group's name breaks its rule.
    case badGroupName = "bad-group-name"
    /// There are as many as there may be.
    case limitReached = "limit-reached"
  }

  /// What went wrong.
  public let code: Code
  /// What was wrong, in a sentence for the person who asked; never a password.
  public let reason: String

  /// Describes a failure.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// `code: reason`.
  public var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  public static func == (left: AccountError, right: AccountError) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
