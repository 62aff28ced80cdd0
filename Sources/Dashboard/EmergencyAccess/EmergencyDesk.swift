internal import Decryptor
internal import HTTPTypes
internal import Logging
internal import Sealing
internal import Store

/// Opens patients outside an assignment, for a while, with a reason, on record ("breaking the glass").
struct EmergencyDesk: Sendable {
  /// Accesses that one account may open within ``countedPeriod``: an emergency is rare, a search through the ward is not.
  static let countLimit = 10
  /// See ``countLimit``.
  static let countedPeriod: Duration = .seconds(60 * 60)
  /// Most rows of one answer.
  static let listLimit = 500

  let registry: any AccessStore
  let seal: AccountSeal
  /// How long an access lasts.
  let lifetime: Duration
  let time: Timekeeper
  let logger: Logger

  /// Opens a patient for somebody who does not see them.
  /// - Throws: ``APIProblem``, `KeyVaultError`, `StoreError`.
  func open(_ pseudonym: Pseudonym, because reason: String?, for signedIn: SignedIn) async throws -> EmergencyAccess {
    guard try await registry.patient(pseudonym) != nil else { throw APIProblem.notFound }
    guard !signedIn.scope.includes(pseudonym) else { throw APIProblem.alreadyVisible }
    let reason = try Self.reason(reason)
    let now = time.unixMicroseconds()
    let since = now - min(now, Self.countedPeriod.unixMicroseconds)
    guard try await registry.emergencyAccessCount(of: signedIn.account, since: since) < Self.countLimit else {
      throw APIProblem.tooManyAttempts(retryAfterSeconds: Int(Self.countedPeriod.components.seconds))
    }
    guard let id = AccessID(try SecureRandom.bytes(16)) else { throw APIProblem.internalFailure }
    let access = EmergencyAccess(
      id: id, account: signedIn.account, pseudonym: pseudonym,
      box: try await seal.seal(text: reason, context: Self.context(id)), openedAt: now,
      expiresAt: now + lifetime.unixMicroseconds)
    try await registry.open(access)
    logger.notice(
      "patient opened outside the assignment",
      metadata: ["account": "\(signedIn.account)", "patient": "\(pseudonym)", "access": "\(id)"])
    return access
  }

  /// Ends an access: the person's own, or anybody's for an administrator.
  /// - Returns: What was ended.
  /// - Throws: ``APIProblem/notFound`` for another's or one that is over.
  func end(_ id: AccessID, for signedIn: SignedIn) async throws -> EmergencyAccess {
    guard let access = try await registry.emergencyAccess(id),
      access.account == signedIn.account || signedIn.role == .administrator,
      try await registry.endEmergencyAccess(id, by: signedIn.account, at: time.unixMicroseconds())
    else { throw APIProblem.notFound }
    logger.notice("access ended", metadata: ["account": "\(signedIn.account)", "access": "\(id)"])
    return access
  }

  /// What an account has open now.
  func open(by account: String) async throws -> [EmergencyAccess] {
    try await registry.emergencyAccess(of: account, inForceAt: time.unixMicroseconds())
  }

  /// The record, newest first, with reasons where they can be opened.
  func record() async throws -> [EmergencyAccessView] {
    let accesses = try await registry.emergencyAccess(limit: Self.listLimit)
    let notices = Dictionary(
      grouping: try await registry.accessNotices(openedSince: accesses.last?.openedAt ?? 0), by: \.access)
    let now = time.unixMicroseconds()
    var views: [EmergencyAccessView] = []
    for access in accesses {
      let reason = await reason(of: access)
      views.append(EmergencyAccessView(access, reason: reason, notices: notices[access.id] ?? [], now: now))
    }
    return views
  }

  /// Why somebody opened a patient; `nil` while it cannot be opened.
  func reason(of access: EmergencyAccess) async -> String? {
    try? await seal.text(access.box, context: Self.context(access.id))
  }

  private static func reason(_ text: String?) throws(APIProblem) -> String {
    let reason = String((text ?? "").trimmingPrefix { $0.isWhitespace })
    guard PersonsLine.isLine(reason, of: PersonsLine.reasonLength),
      reason.utf8.count <= PersonsLine.reasonLength.upperBound * 8
    else { throw .reasonMissing }
    return reason
  }

  private static func context(_ id: AccessID) -> String { "access/\(id)" }
}

extension APIProblem {
  static let alreadyVisible = APIProblem(
    status: .conflict, code: "already-visible", reason: "This patient is among those that the account sees.")
}
