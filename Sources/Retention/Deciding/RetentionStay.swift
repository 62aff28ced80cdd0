public import Store

/// Why something stays though it is old enough to go.
public enum RetentionStay: Hashable, Sendable, CustomStringConvertible {
  /// A hold of this number.
  case hold(Int64)
  /// The vault has the device's keys under a legal hold.
  case vaultHold
  /// Longer days for a patient.
  case exception(Pseudonym)
  /// Nobody has closed the alert, and its episode is not over.
  case unresolvedAlert
  /// A message of the alert is still to be delivered.
  case undelivered
  /// The recording is kept, and what was found in it stays with it.
  case recordingStays

  /// A stable name: `hold-3`, `vault-hold`, `exception-P-…`, `unresolved-alert`, `undelivered`, `recording-stays`.
  public var description: String {
    switch self {
    case .hold(let number): "hold-\(number)"
    case .vaultHold: "vault-hold"
    case .exception(let patient): "exception-\(patient)"
    case .unresolvedAlert: "unresolved-alert"
    case .undelivered: "undelivered"
    case .recordingStays: "recording-stays"
    }
  }

  /// Whether somebody has ordered that it stays.
  public var isHold: Bool {
    switch self {
    case .hold, .vaultHold: true
    case .exception, .unresolvedAlert, .undelivered, .recordingStays: false
    }
  }
}
