internal import Store

/// An access beyond the assignment, for those who check.
struct EmergencyAccessView: Encodable, Sendable {
  /// How far somebody was told.
  struct Notice: Encodable, Sendable {
    let receiver: String
    let state: String
    let attempts: Int
    let deliveredMs: UInt64?
    let lastError: String?
  }

  let id: String
  let account: String
  let patient: String
  /// Absent while the vault cannot be asked.
  let reason: String?
  let openedMs: UInt64
  let untilMs: UInt64
  let endedMs: UInt64?
  let endedBy: String?
  let isInForce: Bool
  let notices: [Notice]

  init(_ access: EmergencyAccess, reason: String?, notices: [AccessNotice], now: UnixMicroseconds) {
    id = access.id.description
    account = access.account
    patient = access.pseudonym.name
    self.reason = reason
    openedMs = access.openedAt / 1000
    untilMs = access.expiresAt / 1000
    endedMs = access.endedAt.map { $0 / 1000 }
    endedBy = access.endedBy
    isInForce = access.isInForce(at: now)
    self.notices = notices.map {
      Notice(
        receiver: $0.receiver, state: $0.state.rawValue, attempts: $0.attempts,
        deliveredMs: $0.deliveredAt.map { $0 / 1000 }, lastError: $0.lastError)
    }
  }
}

/// An access that is in force, for whoever has it.
struct OpenAccessView: Encodable, Sendable {
  let id: String
  let patient: String
  let openedMs: UInt64
  let untilMs: UInt64

  init(_ access: EmergencyAccess) {
    id = access.id.description
    patient = access.pseudonym.name
    openedMs = access.openedAt / 1000
    untilMs = access.expiresAt / 1000
  }
}

/// Something that happened to an account.
struct AccountEventView: Encodable, Sendable {
  /// Absent where it is about a patient or a group alone.
  let account: String?
  let actor: String
  let kind: String
  let atMs: UInt64
  let detail: String?
  let address: String?
  let patient: String?

  init(_ event: AccountEvent) {
    account = event.account == AccountEvent.noAccount ? nil : event.account
    actor = event.actor
    kind = event.kind.rawValue
    atMs = event.at / 1000
    detail = event.detail
    address = event.address
    patient = event.patient?.name
  }
}
