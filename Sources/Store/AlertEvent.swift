/// One line of an alert's log: what was done about it, when and by whom. Lines are added, never changed.
public struct AlertEvent: Sendable, Hashable {
  /// What was done.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// The episode began.
    case opened
    /// It became more severe.
    case worsened
    /// The episode ended by itself.
    case over
    /// People were told, by the messages of a step or of a gathering.
    case told
    /// People were not told one by one: the alert waits for a gathering message.
    case held
    /// Nobody took note in time: the next contacts are told.
    case escalated
    /// A person took note.
    case acknowledged
    /// It became a person's task.
    case assigned
    /// Nobody is told of it again for a while.
    case snoozed
    /// Nothing is left to be done.
    case resolved
  }

  /// Longest actor's or assignee's name, longest detail, in characters.
  public static let textLimit = 200

  /// The alert.
  public var alert: AlertID
  /// What was done.
  public var kind: Kind
  /// When.
  public var at: UnixMicroseconds
  /// Which account, `notifier`, or the fingerprint of a receiver who followed a link (`link:…`).
  public var actor: String
  /// Names the line within the alert's log, for what the notifier may come to twice; `nil` for what persons do.
  public var name: String?
  /// The step of contacts, counted from 1, of ``Kind/told`` and ``Kind/escalated``.
  public var step: Int?
  /// Whose task it became, of ``Kind/assigned``.
  public var assignee: String?
  /// Until when, of ``Kind/snoozed``.
  public var until: UnixMicroseconds?
  /// A word that is no secret: why an alert was held, which occasion was told.
  public var detail: String?
  /// A `SealedBox` with the reason a person gave, under the findings key of the alert's session.
  public var box: [UInt8]?

  /// Describes a line.
  public init(
    alert: AlertID, kind: Kind, at: UnixMicroseconds, actor: String, name: String? = nil, step: Int? = nil,
    assignee: String? = nil, until: UnixMicroseconds? = nil, detail: String? = nil, box: [UInt8]? = nil
  ) {
    self.alert = alert
    self.kind = kind
    self.at = at
    self.actor = actor
    self.name = name
    self.step = step
    self.assignee = assignee
    self.until = until
    self.detail = detail
    self.box = box
  }
}

/// Where an alert stands with the people who look after it. The episode itself goes on or ends beside it.
public struct AlertStanding: Sendable, Hashable {
  /// Who took note first.
  public var acknowledgedBy: String?
  /// When.
  public var acknowledgedAt: UnixMicroseconds?
  /// Whose task it is.
  public var assignedTo: String?
  /// Until when nobody is told of it again.
  public var snoozedUntil: UnixMicroseconds?
  /// Who said that nothing is left to be done.
  public var closedBy: String?
  /// When.
  public var closedAt: UnixMicroseconds?

  /// Nobody has done anything yet.
  public init() {}

  /// As an alert says.
  public init(_ alert: AlertRecord) {
    acknowledgedBy = alert.acknowledgedBy
    acknowledgedAt = alert.acknowledgedAt
    assignedTo = alert.assignedTo
    snoozedUntil = alert.snoozedUntil
    closedBy = alert.closedBy
    closedAt = alert.closedAt
  }
}

/// What a person does to an alert.
public struct AlertChange: Sendable, Hashable {
  /// The alert as it was when this was decided.
  public var revision: Revision
  /// Where it stands from now on.
  public var standing: AlertStanding
  /// The line of the log; names the alert.
  public var event: AlertEvent

  /// Describes a change.
  public init(revision: Revision, standing: AlertStanding, event: AlertEvent) {
    self.revision = revision
    self.standing = standing
    self.event = event
  }
}

/// How a patient's alerts are to reach people, at rest.
public struct AlertPlanRecord: Sendable, Hashable {
  /// Whose.
  public var patient: Pseudonym
  /// A `SealedBox` with the plan, under the vault's record key of alert plans: addresses are personal data.
  public var box: [UInt8]
  /// When it was put.
  public var updatedAt: UnixMicroseconds
  /// By which account.
  public var updatedBy: String
  /// When this row last changed.
  public var revision: Revision

  /// Describes a plan.
  public init(
    patient: Pseudonym, box: [UInt8], updatedAt: UnixMicroseconds, updatedBy: String, revision: Revision = 0
  ) {
    self.patient = patient
    self.box = box
    self.updatedAt = updatedAt
    self.updatedBy = updatedBy
    self.revision = revision
  }
}

/// How far the alerts of a patient, or of a device that nobody is known to wear, have come on their way to people.
public struct DeliveryLedgerRecord: Sendable, Hashable {
  /// The pseudonym, or the device's id.
  public var subject: String
  /// A `SealedBox` with the notifier's ledger, under the vault's record key of alert plans.
  public var box: [UInt8]

  /// Describes a ledger.
  public init(subject: String, box: [UInt8]) {
    self.subject = subject
    self.box = box
  }
}
