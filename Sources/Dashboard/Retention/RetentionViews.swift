internal import Retention
internal import Store
internal import Wire

/// What is kept for how long, what is held, and what was deleted.
struct RetentionView: Encodable, Sendable {
  /// The days of one kind.
  struct Kind: Encodable, Sendable {
    let kind: RetentionKind
    /// What counts now.
    let days: Int
    /// What will count when nothing is pending any more.
    let target: Int
  }

  /// A change of the policy.
  struct Change: Encodable, Sendable {
    let number: Int64
    let kind: RetentionKind
    /// Whose, where it is an exception.
    let patient: String?
    let from: Int?
    let to: Int?
    /// The account; `operator` for the console, `setting` for what the installation began with.
    let by: String
    let atMs: UInt64
    let countsMs: UInt64
    let isPending: Bool

    init(_ change: RetentionChange, isPending: Bool) {
      number = change.number
      kind = change.kind
      patient = change.patient?.name
      from = change.from
      to = change.to
      by = change.actor
      atMs = change.at / 1000
      countsMs = change.effectiveAt / 1000
      self.isPending = isPending
    }
  }

  /// Longer days for a patient.
  struct Exception: Encodable, Sendable {
    let patient: String
    let kind: RetentionKind
    let days: Int
    /// `nil` where it is going to end.
    let target: Int?
  }

  /// A legal hold.
  struct Hold: Encodable, Sendable {
    let hold: Int64
    let patient: String?
    let device: String?
    let fromMs: UInt64?
    let untilMs: UInt64?
    let reason: String
    let by: String
    let atMs: UInt64
    let releasedBy: String?
    let releasedMs: UInt64?
    let releaseReason: String?

    init(_ hold: RetentionHold) {
      self.hold = hold.number
      switch hold.subject {
      case .patient(let pseudonym):
        patient = pseudonym.name
        device = nil
        fromMs = nil
        untilMs = nil
      case .device(let id, let from, let until):
        patient = nil
        device = id.name
        fromMs = from.map { $0 / 1000 }
        untilMs = until.map { $0 / 1000 }
      }
      reason = hold.reason
      by = hold.actor
      atMs = hold.at / 1000
      releasedBy = hold.release?.actor
      releasedMs = hold.release.map { $0.at / 1000 }
      releaseReason = hold.release?.reason
    }
  }

  /// A round of deletion.
  struct Run: Encodable, Sendable {
    /// What it deleted of a kind.
    struct Sum: Encodable, Sendable {
      let kind: RetentionKind
      let sessions: Int
      let rows: Int
      let bytes: Int
      let devices: [String]
    }

    let run: Int64
    let startedMs: UInt64
    /// `nil` while it goes on, and for one that was killed.
    let endedMs: UInt64?
    let by: String
    /// `done`, `stopped`, `failed`, `holds-unreadable`, `clock-doubtful`; `nil` like `endedMs`.
    let outcome: String?
    let deleted: [Sum]
    /// Why old sessions stayed, with how many: `hold-3`, `vault-hold`, `exception-P-…`, `unresolved-alert` and so on.
    let stays: [String: Int]

    init(_ run: RetentionRun) {
      self.run = run.number
      startedMs = run.startedAt / 1000
      endedMs = run.endedAt.map { $0 / 1000 }
      by = run.actor
      outcome = run.outcome?.rawValue
      stays = run.stays
      deleted = RetentionKind.allCases.compactMap { kind in
        let tallies = run.tallies.filter { $0.kind == kind }
        guard !tallies.isEmpty else { return nil }
        return Sum(
          kind: kind, sessions: tallies.reduce(0) { $0 + $1.sessions }, rows: tallies.reduce(0) { $0 + $1.rows },
          bytes: tallies.reduce(0) { $0 + $1.bytes }, devices: tallies.compactMap { $0.device?.name })
      }
    }
  }

  let nowMs: UInt64
  let graceDays: Int
  let lowestDays: Int
  let highestDays: Int
  let kinds: [Kind]
  let exceptions: [Exception]
  let changes: [Change]
  let holds: [Hold]
  /// Devices whose keys are held in the vault; `nil` where it does not say, and nothing is deleted.
  let heldInVault: [String]?
  let runs: [Run]

  init(_ overview: RetentionDesk.Overview, vault: RetentionDesk.VaultHolds, now: UnixMicroseconds) {
    let current = overview.timeline.policy(at: now)
    let target = overview.timeline.target
    let pending = Set(overview.timeline.pending(at: now).map(\.number))
    nowMs = now / 1000
    graceDays = RetentionPolicy.graceDays
    lowestDays = RetentionPolicy.days.lowerBound
    highestDays = RetentionPolicy.days.upperBound
    kinds = RetentionKind.allCases.map { Kind(kind: $0, days: current.days($0), target: target.days($0)) }
    exceptions = current.exceptions.sorted { $0.key < $1.key }.flatMap { patient, days in
      RetentionKind.allCases.compactMap { kind in
        days[kind].map {
          Exception(patient: patient.name, kind: kind, days: $0, target: target.exceptions[patient]?[kind])
        }
      }
    }
    changes = overview.changes.reversed().map { Change($0, isPending: pending.contains($0.number)) }
    holds = overview.holds.reversed().map(Hold.init)
    if case .known(let devices) = vault { heldInVault = devices.map(\.name).sorted() } else { heldInVault = nil }
    runs = overview.runs.map(Run.init)
  }
}

/// A dry run: what would go.
struct RetentionPlanView: Encodable, Sendable {
  /// What would go of a device's sessions.
  struct Line: Encodable, Sendable {
    let kind: RetentionKind
    let device: String
    /// Whose, as far as is known.
    let patients: [String]
    let sessions: Int
    let rows: Int
    /// Estimated; 0 but for recordings.
    let bytes: Int

    init(_ line: RetentionForecast.Line) {
      kind = line.kind
      device = line.device.name
      patients = line.patients.map(\.name)
      sessions = line.sessions
      rows = line.rows
      bytes = line.bytes
    }
  }

  /// Whether the holds are known; where not, nothing would go.
  let areHoldsKnown: Bool
  let days: Int
  let now: [Line]
  /// Within the days, beside what would go now.
  let later: [Line]
  /// Refused messages that would go now, and within the days beside those.
  let refusedNow: Int
  let refusedLater: Int
  let stays: [String: Int]

  init(_ forecast: RetentionForecast?, days: Int) {
    areHoldsKnown = forecast != nil
    self.days = days
    now = forecast?.now.map(Line.init) ?? []
    later = forecast?.later.map(Line.init) ?? []
    (refusedNow, refusedLater) = forecast?.refused ?? (0, 0)
    stays = Dictionary(
      (forecast?.stays ?? [:]).map { ($0.key.description, $0.value) }, uniquingKeysWith: { first, _ in first })
  }
}
