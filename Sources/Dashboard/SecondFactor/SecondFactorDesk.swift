internal import Decryptor
internal import Sealing
internal import Store

/// Enrols, checks and removes second factors.
struct SecondFactorDesk: Sendable {
  /// Longest code that is looked at, in bytes: a recovery code with its hyphens, and room for spaces.
  static let codeLimit = 64

  /// What a phone needs, shown once.
  struct Enrolment: Sendable {
    /// Base 32.
    let secret: String
    let uri: String
  }

  /// What a typed code turned out to be, before anybody knows whether the password is right.
  enum Finding: Sendable {
    case wrong
    case step(UInt64)
    case recovery(RecoveryCode)
    case passkey(PasskeyDesk.Use)
  }

  let registry: any AccessStore
  let seal: AccountSeal
  let passkeys: PasskeyDesk
  let time: Timekeeper

  /// The confirmed second factor of an account.
  func confirmed(_ account: String) async throws -> SecondFactorRecord? {
    guard let factor = try await registry.secondFactor(of: account), factor.isConfirmed else { return nil }
    return factor
  }

  /// Compares a code with a second factor and uses nothing up. Without a factor, as beside a passkey, only a recovery code can be right.
  /// - Throws: `KeyVaultError` when the secret cannot be opened now; a recovery code needs no vault.
  func examine(_ code: String?, against factor: SecondFactorRecord?) async throws -> Finding {
    guard let code, code.utf8.count <= Self.codeLimit else { return .wrong }
    if let recovery = RecoveryCode(typed: code) { return .recovery(recovery) }
    guard let factor else { return .wrong }
    let secret = try await seal.open(factor.box, context: Self.context(factor.account))
    let digits = code.filter { $0 != " " && $0 != "-" }
    return OneTimeCode.matchingStep(digits, secret: secret, now: time.unixMicroseconds()).map { .step($0) } ?? .wrong
  }

  /// Uses a code up.
  /// - Returns: Whether it counted: a code of a step that was used, or of an earlier one, does not.
  func use(_ finding: Finding, of account: String) async throws -> Bool {
    switch finding {
    case .wrong: return false
    case .passkey(let use): return try await passkeys.use(use)
    case .step(let step): return try await registry.useStep(step, of: account)
    case .recovery(let code):
      guard try await registry.useRecoveryCode(code.hash, of: account) else { return false }
      try await record(.recoveryCodeUsed, of: account, by: account)
      return true
    }
  }

  /// Begins an enrolment; one that was begun and not confirmed is forgotten.
  /// - Throws: ``AccountError`` when there is a confirmed one, `KeyVaultError`, `StoreError`.
  func begin(_ account: String) async throws -> Enrolment {
    let secret = try SecretBytes(randomCount: OneTimeCode.secretSize)
    let box = try await seal.seal(secret, context: Self.context(account))
    let isBegun = try await registry.begin(
      SecondFactorRecord(
        account: account, box: box, isConfirmed: false, lastStep: 0, createdAt: time.unixMicroseconds()))
    guard isBegun else { throw AccountError(.exists, "The account has a second factor; remove it first.") }
    let text = secret.withUnsafeBytes { Base32.encode($0) }
    return Enrolment(secret: text, uri: OneTimeCode.enrolmentURI(secret: text, account: account))
  }

  /// Confirms an enrolment by a code.
  /// - Returns: The recovery codes, which are known nowhere afterwards.
  /// - Throws: ``AccountError`` for a wrong code or without an enrolment, `KeyVaultError`, `StoreError`.
  func confirm(_ account: String, code: String) async throws -> [String] {
    guard let factor = try await registry.secondFactor(of: account), !factor.isConfirmed,
      case .step(let step) = try await examine(code, against: factor)
    else { throw AccountError.wrongCode }
    let codes = try RecoveryCode.fresh()
    let isConfirmed = try await registry.confirmSecondFactor(
      of: account, box: factor.box, step: step, recoveryCodes: codes.map(\.hash))
    guard isConfirmed else { throw AccountError.wrongCode }
    try await record(.secondFactorAdded, of: account, by: account)
    return codes.map(\.written)
  }

  /// Replaces the recovery codes.
  func replaceRecoveryCodes(of account: String) async throws -> [String] {
    let codes = try RecoveryCode.fresh()
    try await registry.setRecoveryCodes(codes.map(\.hash), of: account)
    try await record(.recoveryCodesReplaced, of: account, by: account)
    return codes.map(\.written)
  }

  /// Takes the second factor away, by the person.
  func remove(_ account: String) async throws {
    guard try await registry.deleteSecondFactor(of: account) else { return }
    try await record(.secondFactorRemoved, of: account, by: account)
  }

  private func record(_ kind: AccountEvent.Kind, of account: String, by actor: String) async throws {
    try await registry.append(
      AccountEvent(account: account, actor: actor, kind: kind, at: time.unixMicroseconds()))
  }

  private static func context(_ account: String) -> String { "second-factor/\(account)" }
}

extension AccountError {
  static let wrongCode = AccountError(.wrongCode, "This code is not right, or it was used before.")
}
