internal import Decryptor
internal import Logging
internal import Sealing
internal import Store
internal import Synchronization

/// Signs people in and out and knows them by their cookie.
final class SignInService: Sendable {
  /// A sign-in's expiry is written again only when at least so much of it has passed: not at every request.
  private static let renewalStep: Duration = .seconds(60)

  private let registry: any RegistryStore
  private let verifier: PasswordVerifier
  private let idleLimit: Duration
  private let absoluteLimit: Duration
  private let time: Timekeeper
  private let logger: Logger
  private let limiter = Mutex(LoginLimiter())

  init(
    registry: any RegistryStore, verifier: PasswordVerifier, configuration: DashboardConfiguration, time: Timekeeper,
    logger: Logger
  ) {
    self.registry = registry
    self.verifier = verifier
    idleLimit = configuration.signInIdleLimit
    absoluteLimit = configuration.signInAbsoluteLimit
    self.time = time
    self.logger = logger
  }

  /// Checks a password and begins a sign-in under a new token, whatever token the browser had before.
  /// - Throws: ``APIProblem``: one and the same for an unknown name, a wrong password and a disabled account.
  func signIn(account name: String, password: SecretBytes, address: String) async throws -> SignedIn {
    let decision = limiter.withLock { $0.attempt(account: name, address: address, now: time.uptime()) }
    if case .refuse(let seconds) = decision {
      logger.notice("sign-in refused: too many attempts", metadata: ["retryAfter_s": "\(seconds)"])
      throw APIProblem.tooManyAttempts(retryAfterSeconds: seconds)
    }
    let account = AccountAdministration.isValid(name) ? try await registry.account(name) : nil
    let usable = account.flatMap { $0.isDisabled ? nil : $0 }
    let isRight: Bool
    do {
      isRight = try await verifier.verify(password, against: usable.flatMap { PasswordHash(parsing: $0.passwordHash) })
    } catch is PasswordVerifier.Overloaded {
      throw APIProblem.overloaded
    }
    guard isRight, let usable else {
      // The name is not logged: people type passwords into the wrong field.
      logger.notice("sign-in failed")
      throw APIProblem.wrongPassword
    }
    limiter.withLock { $0.succeeded(account: name, address: address) }
    let now = time.unixMicroseconds()
    try await registry.deleteSignIns(expiredBefore: now)
    let token = try SessionToken()
    let record = SignInRecord(
      tokenHash: token.storedHash, account: usable.name, createdAt: now,
      expiresAt: now + min(idleLimit, absoluteLimit).unixMicroseconds)
    try await registry.put(record)
    logger.info("signed in", metadata: ["account": "\(usable.name)", "role": "\(usable.role.rawValue)"])
    return SignedIn(
      account: usable.name, role: usable.role, scope: try await scope(of: usable), token: token,
      expiresAt: record.expiresAt)
  }

  /// Who sent a cookie; `nil` when the sign-in is unknown or over, or the account was disabled since. Keeps the sign-in alive.
  func authenticate(cookie: String) async throws -> SignedIn? {
    guard let token = SessionToken(cookie: cookie) else { return nil }
    let now = time.unixMicroseconds()
    guard let record = try await registry.signIn(tokenHash: token.storedHash), record.expiresAt > now,
      let account = try await registry.account(record.account), !account.isDisabled
    else { return nil }
    let latest = record.createdAt + absoluteLimit.unixMicroseconds
    let renewed = min(now + idleLimit.unixMicroseconds, latest)
    if renewed > record.expiresAt + Self.renewalStep.unixMicroseconds {
      try await registry.put(
        SignInRecord(
          tokenHash: record.tokenHash, account: record.account, createdAt: record.createdAt, expiresAt: renewed))
    }
    return SignedIn(
      account: account.name, role: account.role, scope: try await scope(of: account), token: token,
      expiresAt: max(renewed, record.expiresAt))
  }

  private func scope(of account: AccountRecord) async throws -> PatientScope {
    let needsCare = account.role == .clinician && !account.seesAllPatients
    return PatientScope(account, care: needsCare ? try await registry.care(of: account.name) : [])
  }

  /// How long a browser keeps the cookie.
  var cookieSeconds: Int64 { absoluteLimit.components.seconds }

  /// Ends a sign-in.
  func signOut(_ signedIn: SignedIn) async throws {
    try await registry.deleteSignIn(tokenHash: signedIn.token.storedHash)
    logger.info("signed out", metadata: ["account": "\(signedIn.account)"])
  }
}

extension Duration {
  /// Whole microseconds of a duration that is not negative.
  var unixMicroseconds: UnixMicroseconds {
    UInt64(max(0, components.seconds)) * 1_000_000 + UInt64(max(0, components.attoseconds / 1_000_000_000_000))
  }
}
