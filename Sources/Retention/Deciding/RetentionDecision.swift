public import Store
public import Wire

/// What goes now, and why what is old stays: pure, of what is kept, the policy, the holds, and a moment.
///
/// The order within a session: chunks, then what was derived from them, then alerts, and at last the session's row with its IV, without
/// which nothing of the session could be opened. So a reader may find findings without chunks, and never the reverse.
public struct RetentionDecision: Sendable {
  /// What goes of one session.
  public struct Deletion: Sendable, Hashable {
    /// Which session.
    public let reference: SessionReference
    /// Whose it is, as far as is known.
    public let patients: Set<Pseudonym>
    /// The recording, if it goes.
    public fileprivate(set) var recording: KeptSession.Recording?
    /// What was derived, if it goes.
    public fileprivate(set) var derived: KeptSession.Derived?
    /// Alerts that go.
    public fileprivate(set) var alerts: [AlertID] = []
    /// Whether the alert policy forgets it.
    public fileprivate(set) var forgetsPolicyState = false
    /// Whether its row goes, and with it the last that is known of it.
    public fileprivate(set) var forgetsSession = false
    /// What nothing touched since, by kind: looked at again when it is deleted.
    public let cutoffs: [RetentionKind: UnixMicroseconds]

    fileprivate init(
      _ reference: SessionReference, _ patients: Set<Pseudonym>, _ cutoffs: [RetentionKind: UnixMicroseconds]
    ) {
      self.reference = reference
      self.patients = patients
      self.cutoffs = cutoffs
    }

    /// Whether nothing goes.
    public var isEmpty: Bool {
      recording == nil && derived == nil && alerts.isEmpty && !forgetsPolicyState && !forgetsSession
    }
  }

  /// What goes, the oldest first.
  public let deletions: [Deletion]
  /// Why sessions stay that are old enough, or parts of them: how many sessions for each reason.
  public let stays: [RetentionStay: Int]

  /// Decides.
  /// - Parameters:
  ///   - kept: What there is.
  ///   - policy: How long each kind is kept, at `now`.
  ///   - holds: What must not be deleted.
  ///   - now: The moment.
  public init(kept: [KeptSession], policy: RetentionPolicy, holds: HoldBook, now: UnixMicroseconds) {
    var found: [(age: UnixMicroseconds, deletion: Deletion)] = []
    var stays: [RetentionStay: Int] = [:]
    for session in kept {
      let patients = holds.patients(of: session)
      let (deletion, reasons) = Self.decide(session, patients, policy, now)
      if !deletion.isEmpty, let hold = holds.hold(on: session, of: patients) {
        stays[hold, default: 0] += 1
        continue
      }
      for reason in reasons { stays[reason, default: 0] += 1 }
      if !deletion.isEmpty { found.append((session.span.upperBound, deletion)) }
    }
    deletions = found.sorted {
      ($0.age, $0.deletion.reference.description) < ($1.age, $1.deletion.reference.description)
    }.map(\.deletion)
    self.stays = stays
  }

  private static func decide(
    _ session: KeptSession, _ patients: Set<Pseudonym>, _ policy: RetentionPolicy, _ now: UnixMicroseconds
  ) -> (Deletion, Set<RetentionStay>) {
    let cutoffs = Dictionary(
      uniqueKeysWithValues: RetentionKind.allCases.map { ($0, policy.cutoff($0, of: patients, at: now)) })
    var deletion = Deletion(session.reference, patients, cutoffs)
    var reasons: Set<RetentionStay> = []
    /// Old by what is said for this session; notes when only an exception keeps it.
    func isOld(_ kind: RetentionKind, _ touched: UnixMicroseconds) -> Bool {
      if touched < cutoffs[kind] ?? 0 { return true }
      if touched < policy.cutoff(kind, at: now),
        let patient = patients.sorted().first(where: {
          policy.exceptions[$0]?[kind] == policy.days(kind, of: patients)
        })
      {
        reasons.insert(.exception(patient))
      }
      return false
    }
    let recording = session.recording.flatMap { $0.chunks > 0 ? $0 : nil }
    if let recording, isOld(.recordings, recording.lastReceivedAt) { deletion.recording = recording }
    let isRecordingGone = recording == nil || deletion.recording != nil
    if let derived = session.derived, isOld(.findings, derived.touchedAt) {
      if isRecordingGone { deletion.derived = derived } else { reasons.insert(.recordingStays) }
    }
    let isDerivedGone = session.derived == nil || deletion.derived != nil
    for alert in session.alerts where isOld(.alerts, alert.touchedAt) {
      if !alert.isResolved {
        reasons.insert(.unresolvedAlert)
      } else if alert.isBeingDelivered {
        reasons.insert(.undelivered)
      } else {
        deletion.alerts.append(alert.id)
      }
    }
    deletion.forgetsPolicyState = session.hasPolicyState && isRecordingGone && isDerivedGone
    deletion.forgetsSession =
      session.recording != nil && isRecordingGone && isDerivedGone && deletion.alerts.count == session.alerts.count
    return (deletion, reasons)
  }
}
