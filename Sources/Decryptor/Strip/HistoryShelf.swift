package import Wire

/// What was read of a session and grows with it: it knows its size and can be forgotten.
package protocol HeldHistory: Actor {
  /// Bytes held.
  var byteCount: Int { get }
  /// Forgets everything and reads no more.
  func conceal()
}

/// What a history is of: a session, or a part of one.
package protocol HistoryName: Hashable, Sendable {
  /// The session.
  var reference: SessionReference { get }
}

extension SessionReference: HistoryName {
  /// Itself.
  package var reference: SessionReference { self }
}

/// The histories that are held, bounded in bytes and time: what was not looked at for longest goes first.
package actor HistoryShelf<Name: HistoryName, History: HeldHistory> {
  /// One that nobody asked for so long is forgotten, as its key is.
  private static var idleLimit: Duration { SessionKeyCache.idleLimit }

  private struct Entry {
    let history: History
    var usedAt: Duration
    var byteCount = 0
  }

  private var entries: [Name: Entry] = [:]
  private let byteLimit: Int
  private let time: Timekeeper

  /// An empty one that holds `byteLimit` bytes at most, beside what is being looked at.
  package init(byteLimit: Int, time: Timekeeper) {
    self.byteLimit = byteLimit
    self.time = time
  }

  /// Bytes of all that are held.
  package var byteCount: Int { entries.values.reduce(0) { $0 + $1.byteCount } }

  /// The history of a name, a new one at first.
  package func history(of name: Name, orNew make: @Sendable () -> History) async -> History {
    await forgetUnused()
    var entry = entries[name] ?? Entry(history: make(), usedAt: .zero)
    entry.usedAt = time.uptime()
    entries[name] = entry
    return entry.history
  }

  /// Learns how large a history has become, and forgets others when all are too large.
  package func makeRoom(beside name: Name) async {
    guard let history = entries[name]?.history else { return }
    entries[name]?.byteCount = await history.byteCount
    while byteCount > byteLimit,
      let oldest = entries.filter({ $0.key != name }).min(by: { $0.value.usedAt < $1.value.usedAt })?.key
    {
      await forget { $0 == oldest }
    }
  }

  /// Forgets all sessions of a device.
  package func forget(_ device: DeviceID) async { await forget { $0.reference.device == device } }

  /// Forgets a session.
  package func forget(_ reference: SessionReference) async { await forget { $0.reference == reference } }

  /// Forgets what nobody has asked for.
  package func forgetUnused() async {
    let now = time.uptime()
    let unused = Set(entries.filter { now - $0.value.usedAt >= Self.idleLimit }.keys)
    if !unused.isEmpty { await forget(unused.contains) }
  }

  private func forget(_ isForgotten: (Name) -> Bool) async {
    let gone = entries.filter { isForgotten($0.key) }
    for name in gone.keys { entries[name] = nil }
    for entry in gone.values { await entry.history.conceal() }
  }
}
