internal import GRDB

/// Who changes keys, why and when: what every transition remembers.
struct KeyChange {
  /// Who.
  let actor: String
  /// Why, in a person's words or in ours.
  let reason: String
  /// Unix time in microseconds.
  let time: UInt64

  /// Records one move of one key's life.
  func record(
    _ key: KeyName, _ event: KeyState.Event, from before: KeyState, to after: KeyState, _ database: Database
  ) throws {
    try database.cachedStatement(
      sql: """
        INSERT INTO transition (key, event, before, after, time, actor, reason) VALUES (?, ?, ?, ?, ?, ?, ?)
        """
    ).execute(arguments: [
      key.description, event.rawValue, before.rawValue, after.rawValue, Int64(bitPattern: time), actor,
      AuditText.cleaned(reason, limit: AuditText.reasonLimit),
    ])
  }
}

/// One move of a key's life, as a reviewer reads it.
package struct KeyTransition: Sendable, Codable, Hashable {
  /// Which key.
  package let key: String
  /// What happened to it.
  package let event: KeyState.Event
  /// Its state before.
  package let before: KeyState
  /// Its state after.
  package let after: KeyState
  /// Unix time in microseconds.
  package let time: UInt64
  /// Who.
  package let actor: String
  /// Why.
  package let reason: String

  init?(_ row: Row) {
    guard let event = KeyState.Event(rawValue: row["event"]), let before = KeyState(rawValue: row["before"]),
      let after = KeyState(rawValue: row["after"])
    else { return nil }
    key = row["key"]
    self.event = event
    self.before = before
    self.after = after
    time = UInt64(bitPattern: row["time"] as Int64)
    actor = row["actor"]
    reason = row["reason"]
  }
}
