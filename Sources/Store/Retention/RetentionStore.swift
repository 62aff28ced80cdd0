public import Wire

/// What an installation keeps for how long, what it must not delete, and what it deleted. Written by administrators through the
/// dashboard, by the operator's console, and by the retention service; all of it stays on record.
public protocol RetentionStore: Sendable {
  /// Every change of the policy, oldest first.
  func retentionChanges() async throws(StoreError) -> [RetentionChange]
  /// Appends changes, all or none, unless somebody has changed the policy after change number `last`.
  /// - Returns: Whether they were appended.
  func append(_ changes: [RetentionChange], after last: Int64) async throws(StoreError) -> Bool

  /// Every hold there ever was, oldest first.
  func retentionHolds() async throws(StoreError) -> [RetentionHold]
  /// Places a hold; gives it with its number.
  func place(_ hold: RetentionHold) async throws(StoreError) -> RetentionHold
  /// Releases a hold.
  /// - Returns: Whether it held until then.
  func releaseHold(_ number: Int64, _ release: RetentionHold.Release) async throws(StoreError) -> Bool

  /// Who wore which device when, oldest first.
  func wearings() async throws(StoreError) -> [DeviceWearing]

  /// Records that a round begins; gives its number.
  func begin(_ run: RetentionRun) async throws(StoreError) -> Int64
  /// Records how a round ended.
  func endRun(
    _ number: Int64, at time: UnixMicroseconds, _ outcome: RetentionRun.Outcome
  ) async throws(StoreError)
  /// The record of rounds with what they deleted, newest first.
  func retentionRuns(limit: Int) async throws(StoreError) -> [RetentionRun]

  /// What is kept of every session.
  /// - Parameter time: recordings that received nothing from then on are sized.
  func keptSessions(sizingBefore time: UnixMicroseconds) async throws(StoreError) -> [KeptSession]
  /// How many refused messages arrived before a time, but for those that name one of some devices.
  func refusedMessages(
    receivedBefore time: UnixMicroseconds, keeping devices: Set<DeviceID>
  ) async throws(StoreError) -> Int
}

/// What one transaction of a deletion did.
public struct DeletionStep: Sendable, Hashable {
  /// Rows that went.
  public let rows: Int
  /// Bytes of their ciphertext.
  public let bytes: Int
  /// Whether nothing is left to do: all is gone, or something new has come and the rest stays.
  public let isOver: Bool

  /// Describes a step.
  public init(rows: Int, bytes: Int, isOver: Bool) {
    self.rows = rows
    self.bytes = bytes
    self.isOver = isOver
  }
}

/// Deletes what is old, in transactions that are short. Each looks again whether what it takes is as old as was thought: what has
/// changed since stays. Each counts what it took under the number of its round, in the same transaction.
public protocol RetentionDeletion: Sendable {
  /// Deletes up to `limit` chunks of a session, the oldest first, if none arrived at `time` or later. The session's row stays
  /// without a position: a device that comes back with a chunk of this session begins where its own memory begins.
  func deleteChunks(
    of reference: SessionReference, receivedBefore time: UnixMicroseconds, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep
  /// Deletes up to `limit` findings of a session if nothing touched them at `time` or later; with the last of them its marks and
  /// position go. Refused while chunks of the session are there: they would be analysed, and told, a second time.
  func deleteFindings(
    of reference: SessionReference, touchedBefore time: UnixMicroseconds, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep
  /// Deletes those of these alerts that are resolved, have nothing to be delivered, and that nothing touched at `time` or later,
  /// with what people did about them, and messages that concern no other alert.
  func deleteAlerts(
    _ alerts: [AlertID], touchedBefore time: UnixMicroseconds, run: Int64
  ) async throws(StoreError) -> DeletionStep
  /// Forgets the alert policy's state of a session.
  func forgetPolicyState(of reference: SessionReference) async throws(StoreError)
  /// Whether anything but its row is left of a session: chunks, findings, marks or alerts.
  func hasRemains(of reference: SessionReference) async throws(StoreError) -> Bool
  /// Forgets the row of a session that has no chunk, and with it its IV: nothing of it can be opened any more.
  func forgetSession(_ reference: SessionReference) async throws(StoreError)
  /// Deletes up to `limit` refused messages that arrived before `time`, but for those that name one of some devices.
  func deleteRefusedMessages(
    receivedBefore time: UnixMicroseconds, keeping devices: Set<DeviceID>, limit: Int, run: Int64
  ) async throws(StoreError) -> DeletionStep
  /// Moves the write-ahead logs into the files and cuts them, so that no deleted content is left in them.
  /// - Returns: Whether all were cut; a long read holds one back.
  func cutLogs() async throws(StoreError) -> Bool
}
