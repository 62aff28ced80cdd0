public import Store
public import Wire

/// What administrators see of retention and do about it: the same for the pages and the console.
public struct RetentionDesk: Sendable {
  /// What it reads and writes.
  public typealias Storage = RetentionStore & RegistryStore

  /// Which devices' keys the vault holds, as far as could be learned.
  public enum VaultHolds: Sendable, Hashable {
    /// These.
    case known(Set<DeviceID>)
    /// The vault did not say: everything is held.
    case unreadable
  }

  /// What stands written.
  public struct Overview: Sendable {
    /// The changes, made usable.
    public let timeline: RetentionTimeline
    /// Every change, oldest first.
    public let changes: [RetentionChange]
    /// Every hold, oldest first.
    public let holds: [RetentionHold]
    /// The last rounds, newest first.
    public let runs: [RetentionRun]
  }

  /// Rounds in an overview: a week of them.
  public static let runsShown = 168

  private let store: any Storage
  private let setting: Int

  /// - Parameters:
  ///   - store: The registry for writing, all else for reading.
  ///   - setting: Days that count while nothing is written down.
  public init(store: any Storage, setting: Int) {
    self.store = store
    self.setting = setting
  }

  /// Reads what stands written.
  public func overview() async throws(StoreError) -> Overview {
    let changes = try await store.retentionChanges()
    return Overview(
      timeline: RetentionTimeline(changes, setting: setting), changes: changes,
      holds: try await store.retentionHolds(), runs: try await store.retentionRuns(limit: Self.runsShown))
  }

  /// A dry run.
  /// - Parameters:
  ///   - days: How far ahead, within ``RetentionForecast/daysAhead``.
  ///   - wishes: Changes that are only thought of: as if they had been made now, their grace included.
  ///   - vault: Devices held there.
  ///   - now: The moment.
  public func forecast(
    days: Int, with wishes: [RetentionTimeline.Wish] = [], vault: VaultHolds, at now: UnixMicroseconds
  ) async throws -> RetentionForecast? {
    guard case .known(let held) = vault else { return nil }
    var changes = try await store.retentionChanges()
    if !wishes.isEmpty {
      changes += try RetentionTimeline(changes, setting: setting).changes(for: wishes, by: "", at: now)
    }
    let timeline = RetentionTimeline(changes, setting: setting)
    let then = now + UnixMicroseconds(days) * RetentionPolicy.day
    let horizon = RetentionKind.allCases.map { timeline.policy(at: then).cutoff($0, at: then) }.max() ?? 0
    let holds = HoldBook(
      holds: try await store.retentionHolds(), heldInVault: held, wearings: try await store.wearings())
    func refused(at time: UnixMicroseconds) async throws -> Int {
      try await store.refusedMessages(
        receivedBefore: timeline.policy(at: time).cutoff(.recordings, at: time), keeping: holds.heldDevices)
    }
    return RetentionForecast(
      kept: try await store.keptSessions(sizingBefore: horizon), policy: timeline.policy(at:), holds: holds, at: now,
      days: days, refused: (try await refused(at: now), try await refused(at: then)))
  }

  /// Changes the policy.
  /// - Returns: What was appended.
  /// - Throws: ``RetentionRefusal``, `StoreError`.
  public func change(
    _ wishes: [RetentionTimeline.Wish], by actor: String, at now: UnixMicroseconds
  ) async throws -> [RetentionChange] {
    for patient in Set(wishes.compactMap(\.patient)) where try await store.patient(patient) == nil {
      throw RetentionRefusal.unknownPatient
    }
    var recorded = try await store.retentionChanges()
    if recorded.isEmpty {
      // The first change of all: what it changes from is written down before it.
      _ = try await store.append(RetentionTimeline.beginning(setting: setting, at: now), after: 0)
      recorded = try await store.retentionChanges()
    }
    let timeline = RetentionTimeline(recorded, setting: setting)
    let changes = try timeline.changes(for: wishes, by: actor, at: now)
    guard try await store.append(changes, after: timeline.last) else { throw RetentionRefusal.changedMeanwhile }
    return changes
  }

  /// Places a hold.
  /// - Throws: ``RetentionRefusal``, `StoreError`.
  public func place(
    _ subject: RetentionHold.Subject, reason: String, by actor: String, at now: UnixMicroseconds
  ) async throws -> RetentionHold {
    switch subject {
    case .patient(let patient):
      guard try await store.patient(patient) != nil else { throw RetentionRefusal.unknownPatient }
    case .device(_, let from, let until):
      if let from, let until, until < from { throw RetentionRefusal.badRange }
    }
    return try await store.place(
      RetentionHold(subject: subject, reason: try Self.reason(reason), actor: actor, at: now))
  }

  /// Releases a hold. A person's hold is released by another person, or at the console.
  /// - Throws: ``RetentionRefusal``, `StoreError`.
  public func release(_ number: Int64, reason: String, by actor: String, at now: UnixMicroseconds) async throws {
    let reason = try Self.reason(reason)
    guard let hold = try await store.retentionHolds().first(where: { $0.number == number }), hold.release == nil else {
      throw RetentionRefusal.unknownHold
    }
    guard hold.actor != actor || actor == Self.console else { throw RetentionRefusal.needsSecondPerson }
    guard
      try await store.releaseHold(number, RetentionHold.Release(actor: actor, at: now, reason: reason))
    else { throw RetentionRefusal.unknownHold }
  }

  /// How the console is called in records.
  public static let console = "operator"

  private static func reason(_ text: String) throws(RetentionRefusal) -> String {
    guard PersonsLine.isLine(text, of: PersonsLine.reasonLength), text.utf8.count <= 4 * RetentionHold.reasonLimit,
      text.contains(where: { !$0.isWhitespace })
    else { throw .reasonMissing }
    return text
  }
}
