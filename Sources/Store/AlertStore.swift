public import Wire

/// Where alerts and their messages rest. Written by the notifier; the dashboard acknowledges.
public protocol AlertStore: Sendable {
  /// Commits changes of alerts, the messages they cause, and the position of the policy, in one transaction.
  /// An alert or message that exists already is left as it is (its id is derived from its episode).
  func commit(_ batch: AlertBatch) async throws(StoreError)

  /// The policy's position and sealed state of every session that has one.
  func policyStates() async throws(StoreError) -> [PolicyState]

  /// Alerts that changed after `revision`, oldest change first, at most `limit`.
  func alerts(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertRecord]

  /// The newest alerts, optionally of one device, optionally only those not resolved.
  func alerts(of device: DeviceID?, unresolvedOnly: Bool, limit: Int) async throws(StoreError) -> [AlertRecord]

  /// One alert.
  func alert(_ id: AlertID) async throws(StoreError) -> AlertRecord?

  /// What a person does to an alert, with its line in the log, in one transaction.
  /// - Returns: the alert as it is now; `nil` when it is not there or has changed since `change.revision`: read it again,
  ///   and decide again.
  func apply(_ change: AlertChange) async throws(StoreError) -> AlertRecord?

  /// The log of an alert, oldest first.
  func events(of alert: AlertID) async throws(StoreError) -> [AlertEvent]
  /// What persons did about alerts, oldest first. A query's patient is not known here: ask by device and time.
  func deeds(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AlertDeed>]

  /// Messages that are due, oldest first.
  func dueMessages(now: UnixMicroseconds, limit: Int) async throws(StoreError) -> [OutboxMessage]

  /// When the next message falls due, if any is pending.
  func nextDue() async throws(StoreError) -> UnixMicroseconds?

  /// Records what became of an attempt.
  func record(_ attempt: DeliveryAttempt) async throws(StoreError)

  /// The messages that tell of an alert, those that gather several included, for its delivery log; oldest first.
  func messages(of alert: AlertID) async throws(StoreError) -> [OutboxMessage]

  /// Every attempt to deliver these messages, oldest first.
  func attempts(of messages: [String]) async throws(StoreError) -> [DeliveryAttempt]

  /// Plans that were put after `revision`, at most `limit`, oldest first.
  func plans(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [AlertPlanRecord]

  /// The plan of a patient, if one was put.
  func plan(of patient: Pseudonym) async throws(StoreError) -> AlertPlanRecord?

  /// Adds or replaces a plan.
  /// - Returns: it as it rests; `nil` when another one was put since `plan.revision` (0: there is none yet).
  func put(_ plan: AlertPlanRecord) async throws(StoreError) -> AlertPlanRecord?

  /// How far each patient's alerts have come on their way to people.
  func ledgers() async throws(StoreError) -> [DeliveryLedgerRecord]

  /// Counts of all alerts opened and of messages by channel and state.
  func summary() async throws(StoreError) -> AlertSummary
}

/// 16 bytes derived from device, rule and onset, so that an episode can be opened once only.
public struct AlertID: Hashable, Sendable, CustomStringConvertible, Codable {
  /// The bytes, always 16.
  public let bytes: [UInt8]

  /// Takes exactly 16 bytes.
  public init?(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Parses 32 hexadecimal digits.
  public init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// 32 hexadecimal digits.
  public var description: String { bytes.hex }
}

/// Where an alert stands.
public enum AlertState: String, Sendable, Codable, CaseIterable {
  /// The episode goes on and nobody has taken note.
  case open
  /// The episode goes on and somebody has taken note.
  case acknowledged
  /// The episode is over.
  case resolved
}

/// An alert at rest. What it is about is sealed under the findings key of its session.
public struct AlertRecord: Sendable, Hashable {
  /// Its name.
  public var id: AlertID
  /// The session whose findings key seals it.
  public var reference: SessionReference
  /// Where it stands.
  public var state: AlertState
  /// When it was opened.
  public var openedAt: UnixMicroseconds
  /// When its body last changed.
  public var updatedAt: UnixMicroseconds
  /// When its episode ended.
  public var resolvedAt: UnixMicroseconds?
  /// Who took note.
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
  /// A `SealedBox` with an `AlertBody`.
  public var box: [UInt8]
  /// When this row last changed.
  public var revision: Revision

  /// Describes an alert.
  public init(
    id: AlertID, reference: SessionReference, state: AlertState, openedAt: UnixMicroseconds,
    updatedAt: UnixMicroseconds, resolvedAt: UnixMicroseconds? = nil, acknowledgedBy: String? = nil,
    acknowledgedAt: UnixMicroseconds? = nil, assignedTo: String? = nil, snoozedUntil: UnixMicroseconds? = nil,
    closedBy: String? = nil, closedAt: UnixMicroseconds? = nil, box: [UInt8], revision: Revision = 0
  ) {
    self.id = id
    self.reference = reference
    self.state = state
    self.openedAt = openedAt
    self.updatedAt = updatedAt
    self.resolvedAt = resolvedAt
    self.acknowledgedBy = acknowledgedBy
    self.acknowledgedAt = acknowledgedAt
    self.assignedTo = assignedTo
    self.snoozedUntil = snoozedUntil
    self.closedBy = closedBy
    self.closedAt = closedAt
    self.box = box
    self.revision = revision
  }
}

/// How a message travels.
public enum DeliveryChannel: String, Sendable, Codable, CaseIterable {
  /// SMTP.
  case mail
  /// HTTPS POST.
  case webhook
}

/// Where a message stands.
public enum DeliveryState: String, Sendable, Codable, CaseIterable {
  /// To be sent at `nextAttemptAt`.
  case pending
  /// The receiver has it.
  case delivered
  /// Given up; kept for a person to look at.
  case dead
}

/// A message in the transactional outbox.
public struct OutboxMessage: Sendable, Hashable {
  /// Its name; Message-ID and idempotency key are made of it, so that a repetition is recognised.
  public var id: String
  /// What it is about.
  public var alert: AlertID
  /// The session whose findings key seals the content.
  public var reference: SessionReference
  /// How it travels.
  public var channel: DeliveryChannel
  /// Where it stands.
  public var state: DeliveryState
  /// Attempts so far.
  public var attempts: Int
  /// When to try next.
  public var nextAttemptAt: UnixMicroseconds
  /// When it was written.
  public var createdAt: UnixMicroseconds
  /// When the receiver had it.
  public var deliveredAt: UnixMicroseconds?
  /// Why the last attempt failed, in words without content.
  public var lastError: String?
  /// A `SealedBox` with the content.
  public var box: [UInt8]
  /// The other alerts that it tells of, where it gathers several.
  public var others: [AlertID]

  /// Describes a message.
  public init(
    id: String, alert: AlertID, reference: SessionReference, channel: DeliveryChannel,
    state: DeliveryState = .pending, attempts: Int = 0, nextAttemptAt: UnixMicroseconds,
    createdAt: UnixMicroseconds, deliveredAt: UnixMicroseconds? = nil, lastError: String? = nil, box: [UInt8],
    others: [AlertID] = []
  ) {
    self.id = id
    self.alert = alert
    self.reference = reference
    self.channel = channel
    self.state = state
    self.attempts = attempts
    self.nextAttemptAt = nextAttemptAt
    self.createdAt = createdAt
    self.deliveredAt = deliveredAt
    self.lastError = lastError
    self.box = box
    self.others = others
  }
}

/// What became of one attempt to deliver.
public struct DeliveryAttempt: Sendable, Hashable {
  /// Which message.
  public let message: String
  /// Where it stands now.
  public let state: DeliveryState
  /// When the attempt ended.
  public let at: UnixMicroseconds
  /// When to try next, if pending.
  public let nextAttemptAt: UnixMicroseconds
  /// Why it failed.
  public let error: String?
  /// What the receiver's server said when it took the message, its receipt.
  public let receipt: String?

  /// Describes an attempt.
  public init(
    message: String, state: DeliveryState, at: UnixMicroseconds, nextAttemptAt: UnixMicroseconds, error: String?,
    receipt: String? = nil
  ) {
    self.message = message
    self.state = state
    self.at = at
    self.nextAttemptAt = nextAttemptAt
    self.error = error
    self.receipt = receipt
  }
}

/// One transaction of the notifier.
public struct AlertBatch: Sendable {
  /// Alerts to open; one that exists already is left as it is.
  public var opened: [AlertRecord]
  /// Bodies that changed: new content, state resolved or re-opened body; acknowledgement is kept.
  public var updated: [AlertRecord]
  /// Messages to send.
  public var messages: [OutboxMessage]
  /// Positions of the policy.
  public var states: [PolicyState]
  /// Lines for the logs of alerts; one whose name the log has already is left as it is.
  public var events: [AlertEvent]
  /// How far alerts have come on their way to people.
  public var ledgers: [DeliveryLedgerRecord]

  /// Collects a transaction.
  public init(
    opened: [AlertRecord] = [], updated: [AlertRecord] = [], messages: [OutboxMessage] = [],
    states: [PolicyState] = [], events: [AlertEvent] = [], ledgers: [DeliveryLedgerRecord] = []
  ) {
    self.opened = opened
    self.updated = updated
    self.messages = messages
    self.states = states
    self.events = events
    self.ledgers = ledgers
  }

  /// Whether there is nothing to commit.
  public var isEmpty: Bool {
    opened.isEmpty && updated.isEmpty && messages.isEmpty && states.isEmpty && events.isEmpty && ledgers.isEmpty
  }
}

/// How far the alert policy has read a session, and what it remembers.
public struct PolicyState: Sendable, Hashable {
  /// Which session.
  public let reference: SessionReference
  /// The last finding that was evaluated.
  public let evaluatedThrough: UInt64
  /// A `SealedBox` with the state machine's state.
  public let box: [UInt8]

  /// Describes a position.
  public init(reference: SessionReference, evaluatedThrough: UInt64, box: [UInt8]) {
    self.reference = reference
    self.evaluatedThrough = evaluatedThrough
    self.box = box
  }
}

/// Totals of the alert store.
public struct AlertSummary: Sendable, Hashable, Codable {
  /// Alerts ever opened.
  public var opened: Int
  /// Alerts not resolved.
  public var unresolved: Int
  /// Messages by `channel.state`.
  public var messages: [String: Int]

  /// States totals.
  public init(opened: Int, unresolved: Int, messages: [String: Int]) {
    self.opened = opened
    self.unresolved = unresolved
    self.messages = messages
  }
}
