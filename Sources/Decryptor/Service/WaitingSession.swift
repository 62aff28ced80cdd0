internal import Store

/// A session with chunks to analyse that is not in memory: not opened yet, refused by the vault, or held by another decryptor.
struct WaitingSession {
  /// The session as the store last told it.
  var record: SessionRecord
  /// Grows with each refusal.
  var backOff = BackOff.refusal
  /// Whether a person was told, which happens once.
  var isReported = false
}
