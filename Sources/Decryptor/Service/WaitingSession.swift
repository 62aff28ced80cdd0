internal import Store

/// A session with chunks to analyse that is not in memory: not opened yet, refused by the vault, or held by another decryptor.
struct WaitingSession {
  /// The session as the store last told it.
  var record: SessionRecord
  /// Since when it waits.
  let since: Duration
  /// Grows with each refusal.
  var backOff = BackOff.refusal
  /// Whether a person was told, which happens once.
  var isReported = false

  init(record: SessionRecord, since: Duration) {
    self.record = record
    self.since = since
  }

  /// Who comes first: whoever waits for longest; among those found by one look at the store, whoever arrived first. So no
  /// session is passed over for ever, and of two sessions that claim one IV the vault is asked for the older one first.
  func precedes(_ other: WaitingSession) -> Bool {
    (since, record.firstReceivedAt) < (other.since, other.record.firstReceivedAt)
  }
}
