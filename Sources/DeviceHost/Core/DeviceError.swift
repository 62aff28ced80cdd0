import FirmwareCore

/// Why the device's host could not do something.
///
/// Equality is on the code alone; the reason names a place and never a secret.
public struct DeviceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Stable name of the failure.
  public enum Code: String, Sendable, CaseIterable {
    /// An input (provisioning bundle, option, record) cannot be used.
    case invalidInput = "invalid-input"
    /// A file could not be read or written.
    case storage
    /// The disk or the outbox file's own limit is full.
    case storageFull = "storage-full"
    /// The encrypted file of small values does not open: another key, or it was changed.
    case sealedFile = "sealed-file"
    /// The device has no certificate yet.
    case notEnrolled = "not-enrolled"
    /// The vault refused an enrolment or a rotation.
    case refused
    /// The vault could not be reached.
    case unreachable
    /// The portable core refused an operation.
    case core
  }

  /// What went wrong.
  public let code: Code
  /// What was wrong, in words.
  public let reason: String

  /// Describes a failure.
  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// Translates an answer of the portable core.
  init(core error: sb_err_t, _ place: String) {
    let code: Code =
      switch error {
      case SB_ERR_STORAGE: .storage
      case SB_ERR_NOT_ENROLLED: .notEnrolled
      default: .core
      }
    self.init(code, "\(place): \(String(cString: sb_err_name(error)))")
  }

  /// `code: reason`.
  public var description: String { "\(code.rawValue): \(reason)" }

  /// Equal when the codes are.
  public static func == (left: DeviceError, right: DeviceError) -> Bool { left.code == right.code }

  /// Hashes the code.
  public func hash(into hasher: inout Hasher) { hasher.combine(code) }
}
