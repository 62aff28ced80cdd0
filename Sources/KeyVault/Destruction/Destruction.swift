internal import Foundation
internal import GRDB
package import Wire

/// A destruction of all keys of a device: approved, waiting, cancelled or carried out.
package struct Destruction: Sendable, Codable, Hashable {
  /// Where it stands.
  package enum State: String, Sendable, Codable {
    /// Until its time has come.
    case waiting
    /// Its time has come, and a legal hold keeps it back.
    case held
    /// Taken back.
    case cancelled
    /// The keys are gone.
    case carriedOut = "carried-out"
  }

  /// Number in the vault.
  package let id: Int64
  /// Whose keys.
  package let device: DeviceID
  /// Why.
  package let reason: String
  /// Who proposed it.
  package let proposer: String
  /// Who agreed.
  package let approver: String
  /// Unix time in microseconds of the agreement.
  package let scheduled: UInt64
  /// Unix time in microseconds before which it is not carried out.
  package let due: UInt64
  /// Unix time in microseconds of the last release of a key that waits for its destruction; `nil` if there was none.
  package let usedMeanwhile: UInt64?
  /// Unix time in microseconds.
  package let carriedOut: UInt64?
  /// Why it may not be carried out for now.
  package let legalHold: String?
  /// Where it stands.
  package let state: State

  static let query = """
    SELECT destruction.*, legal_hold.reason AS hold FROM destruction
    LEFT JOIN legal_hold ON legal_hold.device = destruction.device
    """

  init?(_ row: Row, now: UInt64) {
    guard let device = DeviceID(row["device"] as String) else { return nil }
    id = row["id"]
    self.device = device
    reason = row["reason"]
    proposer = row["proposer"]
    approver = row["approver"]
    scheduled = UInt64(bitPattern: row["scheduled"] as Int64)
    due = UInt64(bitPattern: row["due"] as Int64)
    usedMeanwhile = (row["used_meanwhile"] as Int64?).map { UInt64(bitPattern: $0) }
    carriedOut = (row["carried_out"] as Int64?).map { UInt64(bitPattern: $0) }
    legalHold = row["hold"]
    state =
      if carriedOut != nil {
        .carriedOut
      } else if (row["cancelled"] as Int64?) != nil {
        .cancelled
      } else {
        legalHold != nil && due <= now ? .held : .waiting
      }
  }
}

/// Keeps a device's keys from being destroyed, whatever was approved.
package struct LegalHold: Sendable, Codable, Hashable {
  /// Whose keys.
  package let device: DeviceID
  /// Why.
  package let reason: String
  /// Who set it.
  package let actor: String
  /// Unix time in microseconds.
  package let since: UInt64
}
