internal import Decryptor
internal import Logging
internal import Sealing
internal import Store
internal import Synchronization

/// Signs people in and out and knows them by their cookie.
final class SignInService: Sendable {
  /// A sign-in's use is written again only when at least so much time has passed: not at every request.
  private static let renewalStep: Duration = .seconds(60)

  /// What somebody shows to be let in.
  struct Proof: Sendable {
    let account: String
    let password: SecretBytes
    /// A code of the second factor, or a recovery code; without meaning for an account that has none.
    let code: String?
    /// A passkey's answer in place of a code, and the browser that it was asked in.
    var passkey: (answer: PasskeyAnswer, browser: String)?
    /// Where it comes from: attempts are counted by it.
    let address: String
  }

  private let registry: any AccessStore
  private let verifier: PasswordVerifier
  private let factors: SecondFactorDesk
  private let idleLimit: Duration
  private let absoluteLimit: Duration
  private let requiresSecondFactor: Set<Role>
  private let time: Timekeeper
  private let logger: Logger
  private let limiter = Mutex(LoginLimiter())

  init(
    registry: any AccessStore, verifier: PasswordVerifier, factors: SecondFactorDesk,
    configuration: DashboardConfiguration, time: Timekeeper, logger: Logger
  ) {
    self.registry = registry
    self.verifier = verifier
    self.factors = factors
    idleLimit = configuration.signInIdleLimit
    absoluteLimit = configuration.signInAbsoluteLimit
    requiresSecondFactor = configuration.requiresSecondFactor
    self.time = time
    self.logger = logger
  }

  // MARK: Proof

  /// Checks password and code together, and counts the attempt. Nothing tells which of name, password and code was wrong.
  /// - Throws: ``APIProblem``: one and the same for an unknown name, a wrong password, a wrong or used code, and a disabled account.
  func verify(_ proof: Proof) async throws -> (account: AccountRecord, method: SignInMethod) {
    let name = proof.account
    let decision = limiter.withLock { $0.attempt(account: name, address: proof.address, now: time.uptime()) }
    if case .refuse(let seconds) = decision {
      logger.notice("sign-in refused: too many attempts", metadata: ["retryAfter_s": "\(seconds)"])
      throw APIProblem.tooManyAttempts(retryAfterSeconds: seconds)
    }
    let account = AccountAdministration.isValid(name) ? try await registry.account(name) : nil
    let usable = account.flatMap { $0.isDisabled ? nil : $0 }
    // The code is compared before the password is, so that neither the answer nor its time tells that the password was right.
    let finding = try await finding(proof, of: usable)
    let isRight: Bool
    do {
      isRight = try await verifier.verify(
        proof.password, against: usable.flatMap { PasswordHash(parsing: $0.passwordHash) })
    } catch is PasswordVerifier.Overloaded {
      throw APIProblem.overloaded
    }
    guard isRight, let usable else { throw try await refused(proof, of: account) }
    var method = SignInMethod.password
    if let finding {
      guard try await factors.use(finding, of: usable.name) else { throw try await refused(proof, of: account) }
      switch finding {
      case .recovery: method = .passwordAndRecoveryCode
      case .passkey: method = .passwordAndPasskey
      case .step, .wrong: method = .passwordAndCode
      }
    }
    limiter.withLock { $0.succeeded(account: name, address: proof.address) }
    return (usable, method)
  }

  /// What code or passkey turned out to be; `nil` for an account without a second factor.
  private func finding(_ proof: Proof, of account: AccountRecord?) async throws -> SecondFactorDesk.Finding? {
    guard let account else { return nil }
    let factor = try await factors.confirmed(account.name)
    if factor == nil { guard try await factors.passkeys.hasAny(account.name) else { return nil } }
    guard let (answer, browser) = proof.passkey else { return try await factors.examine(proof.code, against: factor) }
    guard let key = try await factors.passkeys.record(of: answer), key.account == account.name else { return .wrong }
    do {
      // The password stands beside it: a touch is enough.
      return .passkey(
        try await factors.passkeys.examine(answer, against: key, browser: browser, needsVerification: false))
    } catch let fault as PasskeyFault {
      logger.notice("a passkey was refused", metadata: ["reason": "\(fault.rawValue)"])
      return .wrong
    }
  }

  /// Checks a passkey that is to let in alone, and counts the attempt.
  /// - Throws: ``APIProblem``: one and the same for an unknown key, a wrong answer, and a disabled account.
  func verify(_ answer: PasskeyAnswer, browser: String, address: String) async throws -> AccountRecord {
    let key = try await factors.passkeys.record(of: answer)
    // Attempts with a key that nobody has lock nobody but their address.
    let proof = Proof(
      account: key?.account ?? "(passkey) \(address)", password: SecretBytes(copying: []), code: nil, address: address)
    let decision = limiter.withLock { $0.attempt(account: proof.account, address: address, now: time.uptime()) }
    if case .refuse(let seconds) = decision { throw APIProblem.tooManyAttempts(retryAfterSeconds: seconds) }
    let account = if let key { try await registry.account(key.account) } else { nil as AccountRecord? }
    guard let key, let account, !account.isDisabled else { throw try await refused(proof, of: account) }
    do {
      let use = try await factors.passkeys.examine(answer, against: key, browser: browser, needsVerification: true)
      guard try await factors.passkeys.use(use) else { throw PasskeyFault.counterBack }
    } catch let fault as PasskeyFault {
      logger.notice("a passkey was refused", metadata: ["reason": "\(fault.rawValue)"])
      throw try await refused(proof, of: account)
    }
    limiter.withLock { $0.succeeded(account: proof.account, address: address) }
    return account
  }

  /// Records a failed attempt, and the lock-out that it leads to. A name that no account has leaves the same number of rows and stands
  /// in none of them: people type passwords into the wrong field, and how long an answer takes must not tell which names there are.
  private func refused(_ proof: Proof, of account: AccountRecord?) async throws -> APIProblem {
    logger.notice("sign-in failed")
    let isLocked = limiter.withLock { $0.isLocked(account: proof.account, address: proof.address, now: time.uptime()) }
    let name = account?.name ?? AccountEvent.unknownAccount
    for kind in isLocked ? [AccountEvent.Kind.signInFailed, .lockedOut] : [.signInFailed] {
      try await record(kind, of: name, from: proof.address)
    }
    return .wrongPassword
  }

  private func record(
    _ kind: AccountEvent.Kind, of account: String, detail: String? = nil, from address: String?
  ) async throws {
    try await registry.append(
      AccountEvent(
        account: account, actor: account, kind: kind, at: time.unixMicroseconds(), detail: detail, address: address))
  }

  // MARK: Sign-ins

  /// Checks a proof and begins a sign-in under a new token; the one that the browser had before ends.
  func signIn(_ proof: Proof, agent: String, replacing cookie: String?) async throws -> SignedIn {
    let (account, method) = try await verify(proof)
    return try await begin(account, method: method, agent: agent, address: proof.address, replacing: cookie)
  }

  /// Begins a sign-in of somebody who has proved who they are.
  func begin(
    _ account: AccountRecord, method: SignInMethod, agent: String, address: String, replacing cookie: String?
  ) async throws -> SignedIn {
    let now = time.unixMicroseconds()
    try await registry.deleteSignIns(expiredBefore: now)
    if let cookie, let old = SessionToken(cookie: cookie) { try await registry.deleteSignIn(tokenHash: old.storedHash) }
    let token = try SessionToken()
    let record = SignInRecord(
      tokenHash: token.storedHash, account: account.name, createdAt: now,
      expiresAt: now + min(idleLimit, absoluteLimit).unixMicroseconds, agent: agent, address: address, method: method)
    // Recorded first: nobody is signed in of whom that is not on record.
    try await self.record(.signedIn, of: account.name, detail: method.rawValue, from: address)
    try await registry.put(record)
    logger.info(
      "signed in",
      metadata: ["account": "\(account.name)", "role": "\(account.role.rawValue)", "method": "\(method.rawValue)"])
    return try await signedIn(account, record, token: token, expiresAt: record.expiresAt)
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
    if now > record.lastUsedAt + Self.renewalStep.unixMicroseconds {
      try await registry.renewSignIn(tokenHash: record.tokenHash, usedAt: now, expiresAt: renewed)
    }
    return try await signedIn(account, record, token: token, expiresAt: max(renewed, record.expiresAt))
  }

  private func signedIn(
    _ account: AccountRecord, _ record: SignInRecord, token: SessionToken, expiresAt: UnixMicroseconds
  ) async throws -> SignedIn {
    SignedIn(
      account: account.name, role: account.role, scope: try await scope(of: account), token: token,
      expiresAt: expiresAt, method: record.method,
      needsSecondFactor: record.method == .password && requires(account.role))
  }

  /// Whether a role needs a second factor.
  func requires(_ role: Role) -> Bool { requiresSecondFactor.contains(role) }

  private func scope(of account: AccountRecord) async throws -> PatientScope {
    guard account.role == .clinician, !account.seesAllPatients else {
      return PatientScope(account, care: [], emergencies: [], now: time.unixMicroseconds())
    }
    let now = time.unixMicroseconds()
    return PatientScope(
      account, care: try await registry.care(of: account.name),
      emergencies: try await registry.emergencyAccess(of: account.name, inForceAt: now), now: now)
  }

  /// What an account may see now.
  func scope(of name: String) async throws -> PatientScope {
    guard let account = try await registry.account(name) else { return .nobody }
    return try await scope(of: account)
  }

  /// How long a browser keeps the cookie.
  var cookieSeconds: Int64 { absoluteLimit.components.seconds }

  /// Ends a sign-in.
  func signOut(_ signedIn: SignedIn) async throws {
    try await registry.deleteSignIn(tokenHash: signedIn.token.storedHash)
    try await record(.signedOut, of: signedIn.account, from: nil)
    logger.info("signed out", metadata: ["account": "\(signedIn.account)"])
  }
}

extension Duration {
  /// Whole microseconds of a duration that is not negative.
  var unixMicroseconds: UnixMicroseconds {
    UInt64(max(0, components.seconds)) * 1_000_000 + UInt64(max(0, components.attoseconds / 1_000_000_000_000))
  }
}
