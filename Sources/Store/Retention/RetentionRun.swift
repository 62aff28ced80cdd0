public import Wire

/// One round of deleting: a record that stays. What it deleted is counted in the transactions that deleted it, so that the
/// figures of a round that was killed are right too.
public struct RetentionRun: Sendable, Hashable {
  /// How a round ended.
  public enum Outcome: String, Sendable, CaseIterable {
    /// Everything that was due is gone.
    case done
    /// The process was asked to end; the next round goes on.
    case stopped
    /// The store failed; the next round goes on.
    case failed
    /// A hold could not be read: nothing was deleted.
    case holdsUnreadable = "holds-unreadable"
    /// The clock is further ahead of the last round than a pause explains, or behind it: nothing was deleted.
    case clockDoubtful = "clock-doubtful"
  }

  /// Its number, from 1; 0 before it is stored.
  public let number: Int64
  /// When it began.
  public let startedAt: UnixMicroseconds
  /// When it ended; `nil` while it runs, and for one that was killed.
  public let endedAt: UnixMicroseconds?
  /// `svc.retention`, or `operator` for the console.
  public let actor: String
  /// How it ended.
  public let outcome: Outcome?
  /// Why sessions stayed though they were old enough: reasons as `RetentionStay` names them, with how many sessions.
  public let stays: [String: Int]
  /// What it deleted; empty for a round that has not deleted anything.
  public let tallies: [RetentionTally]

  /// Describes a round.
  public init(
    number: Int64 = 0, startedAt: UnixMicroseconds, endedAt: UnixMicroseconds? = nil, actor: String,
    outcome: Outcome? = nil, stays: [String: Int] = [:], tallies: [RetentionTally] = []
  ) {
    self.number = number
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.actor = actor
    self.outcome = outcome
    self.stays = stays
    self.tallies = tallies
  }
}

/// What one round deleted of one device.
public struct RetentionTally: Sendable, Hashable {
  /// Of what.
  public let kind: RetentionKind
  /// Whose; `nil` where it is no device's.
  public let device: DeviceID?
  /// Sessions of which something went; refused messages have none.
  public let sessions: Int
  /// Rows of the main table: chunks and refused messages, findings, alerts.
  public let rows: Int
  /// Bytes of their ciphertext.
  public let bytes: Int

  /// Describes a tally.
  public init(kind: RetentionKind, device: DeviceID?, sessions: Int, rows: Int, bytes: Int) {
    self.kind = kind
    self.device = device
    self.sessions = sessions
    self.rows = rows
    self.bytes = bytes
  }
}
