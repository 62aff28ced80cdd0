public import Store

/// What the record of changes says at any moment: pure. A change that keeps more counts at once, one that keeps less after
/// ``RetentionPolicy/graceDays``; until then any later change of the same kind takes its place.
public struct RetentionTimeline: Sendable {
  /// What somebody wants to be so.
  public struct Wish: Sendable, Hashable {
    /// Of what.
    public let kind: RetentionKind
    /// Whose, for an exception.
    public let patient: Pseudonym?
    /// The days that the person saw, pending ones included; `nil` for no exception.
    public let from: Int?
    /// The days wanted; `nil` ends an exception.
    public let to: Int?

    /// States a wish.
    public init(kind: RetentionKind, patient: Pseudonym? = nil, from: Int?, to: Int?) {
      self.kind = kind
      self.patient = patient
      self.from = from
      self.to = to
    }
  }

  private struct Key: Hashable {
    let kind: RetentionKind
    let patient: Pseudonym?
  }

  private struct Standing {
    var days: Int?
    var pending: RetentionChange?

    mutating func settle(at time: UnixMicroseconds) {
      guard let change = pending, change.effectiveAt <= time else { return }
      days = change.to
      pending = nil
    }
  }

  /// The number of the last change; 0 when there is none.
  public let last: Int64
  private let setting: Int
  private var standings: [Key: Standing] = [:]

  /// - Parameters:
  ///   - changes: The record, oldest first.
  ///   - setting: Days of every kind where the record says nothing.
  public init(_ changes: [RetentionChange], setting: Int) {
    self.setting = setting
    last = changes.last?.number ?? 0
    for change in changes {
      let key = Key(kind: change.kind, patient: change.patient)
      standings[key, default: Standing()].settle(at: change.at)
      if change.effectiveAt <= change.at {
        standings[key]?.days = change.to
        standings[key]?.pending = nil
      } else {
        standings[key]?.pending = change
      }
    }
  }

  /// Changes that do not count yet.
  public func pending(at time: UnixMicroseconds) -> [RetentionChange] {
    standings.values.compactMap(\.pending).filter { $0.effectiveAt > time }.sorted { $0.number < $1.number }
  }

  /// What counts at a moment, pending changes whose moment has come included.
  public func policy(at time: UnixMicroseconds) -> RetentionPolicy {
    policy { standing in
      var settled = standing
      settled.settle(at: time)
      return settled.days
    }
  }

  /// What will count when no change is pending any more.
  public var target: RetentionPolicy {
    policy { standing in if let pending = standing.pending { pending.to } else { standing.days } }
  }

  private func policy(_ days: (Standing) -> Int?) -> RetentionPolicy {
    var policy = RetentionPolicy(
      standard: Dictionary(uniqueKeysWithValues: RetentionKind.allCases.map { ($0, setting) }))
    for (key, standing) in standings {
      guard let count = days(standing) else { continue }
      if let patient = key.patient {
        policy.exceptions[patient, default: [:]][key.kind] = count
      } else {
        policy.standard[key.kind] = count
      }
    }
    return policy
  }

  /// The changes that carry out wishes, to be appended together.
  /// - Throws: ``RetentionRefusal``.
  public func changes(
    for wishes: [Wish], by actor: String, at now: UnixMicroseconds
  ) throws(RetentionRefusal) -> [RetentionChange] {
    let target = target
    let current = policy(at: now)
    var wanted = target
    var changes: [RetentionChange] = []
    for wish in wishes {
      let days = wish.to
      if let days, !RetentionPolicy.days.contains(days) { throw .daysOutOfRange }
      let standing: Int?
      let before: Int?
      if let patient = wish.patient {
        standing = target.exceptions[patient]?[wish.kind]
        before = current.exceptions[patient]?[wish.kind]
        wanted.exceptions[patient, default: [:]][wish.kind] = days
      } else {
        guard let days else { throw .daysOutOfRange }
        standing = target.standard[wish.kind]
        before = current.standard[wish.kind]
        wanted.standard[wish.kind] = days
      }
      guard standing == wish.from else { throw .changedMeanwhile }
      if standing == days { continue }
      let keepsLess = (days ?? 0) < (before ?? 0)
      let effective = keepsLess ? now + UnixMicroseconds(RetentionPolicy.graceDays) * RetentionPolicy.day : now
      changes.append(
        RetentionChange(
          kind: wish.kind, patient: wish.patient, from: before, to: days, actor: actor, at: now,
          effectiveAt: effective))
    }
    guard !changes.isEmpty else { throw .nothingToChange }
    guard wanted.days(.findings) >= wanted.days(.recordings) else { throw .findingsShorter }
    for change in changes {
      if let patient = change.patient, let days = change.to {
        guard days > wanted.days(change.kind), wanted.exceptions[patient] != nil else { throw .exceptionNotLonger }
      }
    }
    return changes
  }

  /// What an installation begins with: the setting, written down once, so that later a change of the setting deletes nothing.
  public static func beginning(setting: Int, at now: UnixMicroseconds) -> [RetentionChange] {
    RetentionKind.allCases.map {
      RetentionChange(kind: $0, from: nil, to: setting, actor: "setting", at: now, effectiveAt: now)
    }
  }
}
