internal import Decryptor
internal import Store

/// Knows programs by their token.
struct TokenAuthentication: Sendable {
  /// Uses are written down at most this often: not at every request.
  private static let recordStep: UnixMicroseconds = 60_000_000

  let registry: any RegistryStore
  let time: Timekeeper

  /// Who sent a token; `nil` when it is unknown, revoked or over, or the account was disabled since.
  func authenticate(authorization header: String) async throws -> SignedIn? {
    guard let token = APIToken(authorization: header) else { return nil }
    let now = time.unixMicroseconds()
    guard let record = try await registry.token(hash: token.storedHash), record.isValid(at: now),
      let account = try await registry.account(record.account), !account.isDisabled
    else { return nil }
    if (record.lastUsedAt ?? 0) + Self.recordStep <= now {
      try await registry.recordUse(ofToken: record.hash, at: now)
    }
    let needsCare = account.role == .clinician && !account.seesAllPatients
    return SignedIn(
      account: account.name, role: account.role,
      // An access beyond the assignment is a person's alone.
      scope: PatientScope(
        account, care: needsCare ? try await registry.care(of: account.name) : [], emergencies: [], now: now),
      // A request with a token has no sign-in: this one opens nothing.
      token: try SessionToken(), expiresAt: record.expiresAt, method: .password, needsSecondFactor: false,
      program: .init(
        authorization: header,
        scopes: Set(record.scopes.compactMap(TokenScope.init(rawValue:)).filter { $0.roles.contains(account.role) })))
  }
}
