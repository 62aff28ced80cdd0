internal import Decryptor
public import Sealing
public import Store

/// Adds and changes the accounts of people who may sign in: for the operator's console and the administrator's page.
///
/// ```swift
/// let accounts = try AccountAdministration(registry: store)
/// try await accounts.create(name: "dr.weiss", role: .clinician, patients: .all, password: password)
/// ```
public struct AccountAdministration: Sendable {
  private let registry: any AccessStore
  private let verifier: PasswordVerifier
  private let time: Timekeeper

  /// - Parameters:
  ///   - registry: Where accounts rest.
  ///   - cost: What a password's hash costs; 128 MiB by default.
  public init(registry: any AccessStore, cost: KeyDerivation.ScryptCost = .interactive) throws(SealingError) {
    self.init(registry: registry, verifier: try PasswordVerifier(cost: cost), time: .system)
  }

  init(registry: any AccessStore, verifier: PasswordVerifier, time: Timekeeper) {
    self.registry = registry
    self.verifier = verifier
    self.time = time
  }

  /// Adds an account.
  /// - Parameters:
  ///   - name: 1–64 of `a`–`z`, `0`–`9`, `.`, `-` and `_`.
  ///   - role: What the account may do.
  ///   - patients: Whom a clinician may see; without meaning for others, who see nobody.
  ///   - password: UTF-8; see ``AccountError/Code/weakPassword``.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func create(
    name: String, role: Role, patients: PatientScope, password: SecretBytes, by actor: String = "operator"
  ) async throws {
    guard Self.isValid(name) else {
      throw AccountError(.badName, "An account's name has 1 to 64 of a-z, 0-9, '.', '-' and '_'.")
    }
    guard try await registry.account(name) == nil else {
      throw AccountError(.exists, "There is an account of that name.")
    }
    var assigned: Set<Pseudonym> = []
    if case .only(let named) = patients { assigned = named }
    guard role == .clinician || assigned.isEmpty else { throw Self.seesNobody }
    for pseudonym in assigned { try await requirePatient(pseudonym) }
    let hash = try await hash(password, account: name)
    let now = time.unixMicroseconds()
    // An account of that name that was deleted leaves no patients to a new one.
    for old in try await registry.care(of: name) {
      try await registry.withdraw(old.pseudonym, from: name, at: now, by: actor)
    }
    for old in try await registry.groupCare(of: name) {
      try await registry.withdraw(old.group, from: name, at: now, by: actor)
    }
    let seesAll = role == .clinician && patients == .all
    var events = [event(.accountAdded, of: name, by: actor, detail: role.rawValue)]
    if seesAll { events.append(event(.allPatientsOpened, of: name, by: actor)) }
    try await registry.put(
      AccountRecord(
        name: name, role: role, passwordHash: hash, isDisabled: false, seesAllPatients: seesAll, createdAt: now),
      recording: events)
    for pseudonym in assigned { try await registry.entrust(pseudonym, to: name, at: now, by: actor) }
  }

  /// Gives an account a new password. All its sign-ins end.
  /// - Parameters:
  ///   - name: The account's.
  ///   - password: The new one, by the rules of `PasswordRules`.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func setPassword(of name: String, to password: SecretBytes, by actor: String = "operator") async throws {
    try await setPassword(of: name, to: password, keeping: nil, .passwordSet, by: actor)
  }

  /// The person's own change: all sign-ins but the one that it was made in end.
  func changePassword(of name: String, to password: SecretBytes, keeping tokenHash: [UInt8]) async throws {
    try await setPassword(of: name, to: password, keeping: tokenHash, .passwordChanged, by: name)
  }

  private func setPassword(
    of name: String, to password: SecretBytes, keeping tokenHash: [UInt8]?, _ kind: AccountEvent.Kind, by actor: String
  ) async throws {
    let account = try await existing(name)
    let hash = try await hash(password, account: name)
    try await registry.put(account.with(passwordHash: hash), recording: [event(kind, of: name, by: actor)])
    _ = try await registry.deleteSignIns(of: name, except: tokenHash)
  }

  /// Takes a second factor away from somebody who lost it, passkeys and recovery codes included. All their sign-ins end.
  /// - Parameters:
  ///   - name: Whose.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` where there is none, or `StoreError`.
  public func resetSecondFactor(of name: String, by actor: String = "operator") async throws {
    _ = try await existing(name)
    var isGone = try await registry.deleteSecondFactor(of: name)
    for passkey in try await registry.passkeys(of: name) {
      isGone = try await registry.deletePasskey(hash: passkey.hash, of: name) || isGone
    }
    guard isGone else { throw AccountError(.unknown, "The account has no second factor.") }
    _ = try await registry.deleteSignIns(of: name, except: nil)
    try await record(.secondFactorReset, of: name, by: actor)
  }

  /// Ends all sign-ins of an account.
  /// - Parameters:
  ///   - name: Whose.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Returns: How many there were.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func endSignIns(of name: String, by actor: String = "operator") async throws -> Int {
    _ = try await existing(name)
    let count = try await registry.deleteSignIns(of: name, except: nil)
    try await record(.signInsEnded, of: name, by: actor)
    return count
  }

  private func record(_ kind: AccountEvent.Kind, of account: String, by actor: String) async throws {
    try await registry.append(event(kind, of: account, by: actor))
  }

  private func event(
    _ kind: AccountEvent.Kind, of account: String, by actor: String, detail: String? = nil
  ) -> AccountEvent {
    AccountEvent(account: account, actor: actor, kind: kind, at: time.unixMicroseconds(), detail: detail)
  }

  /// Forbids or allows an account to sign in. A sign-in of a disabled account is refused from its next request on.
  /// - Parameters:
  ///   - isDisabled: Whether it may not sign in.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func setDisabled(_ isDisabled: Bool, account name: String, by actor: String = "operator") async throws {
    let account = try await existing(name)
    guard account.isDisabled != isDisabled else { return }
    try await registry.put(
      account.with(isDisabled: isDisabled),
      recording: [event(isDisabled ? .accountDisabled : .accountEnabled, of: name, by: actor)])
  }

  /// Lets a clinician see every patient, those to come included, or only those assigned one by one. It counts from the next
  /// request on, and in open pages within a second.
  /// - Parameters:
  ///   - seesAll: Whether every patient.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func setSeesAllPatients(_ seesAll: Bool, account name: String, by actor: String = "operator") async throws {
    let account = try await clinician(name)
    guard account.seesAllPatients != seesAll else { return }
    try await registry.put(
      account.with(seesAllPatients: seesAll),
      recording: [event(seesAll ? .allPatientsOpened : .allPatientsClosed, of: name, by: actor)])
  }

  /// Lets a clinician see a patient.
  /// - Parameters:
  ///   - patient: Whom.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func assign(_ patient: Pseudonym, to name: String, by actor: String = "operator") async throws {
    _ = try await clinician(name)
    try await requirePatient(patient)
    try await registry.entrust(patient, to: name, at: time.unixMicroseconds(), by: actor)
  }

  /// Ends that a clinician sees a patient; who sees all patients sees the patient all the same.
  /// - Parameters:
  ///   - patient: Whom.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func unassign(_ patient: Pseudonym, from name: String, by actor: String = "operator") async throws {
    _ = try await existing(name)
    try await registry.withdraw(patient, from: name, at: time.unixMicroseconds(), by: actor)
  }

  /// Lets a clinician see everybody in a group, those to come included.
  /// - Parameters:
  ///   - group: Which one.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func assign(_ group: GroupID, to name: String, by actor: String = "operator") async throws {
    _ = try await clinician(name)
    guard try await registry.groups().contains(where: { $0.id == group }) else {
      throw AccountError(.unknown, "There is no group \(group).")
    }
    try await registry.entrust(group, to: name, at: time.unixMicroseconds(), by: actor)
  }

  /// Ends that a clinician sees a group; who sees one of its patients otherwise sees the patient all the same.
  /// - Parameters:
  ///   - group: Which one.
  ///   - name: Which account.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` or `StoreError`.
  public func unassign(_ group: GroupID, from name: String, by actor: String = "operator") async throws {
    _ = try await existing(name)
    try await registry.withdraw(group, from: name, at: time.unixMicroseconds(), by: actor)
  }

  /// Whether a name may be an account's.
  static func isValid(_ name: String) -> Bool {
    (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
          || [UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_")].contains($0)
      }
  }

  private static let seesNobody = AccountError(.badRole, "Only clinicians see patients.")

  private func clinician(_ name: String) async throws -> AccountRecord {
    let account = try await existing(name)
    guard account.role == .clinician else { throw Self.seesNobody }
    return account
  }

  private func requirePatient(_ pseudonym: Pseudonym) async throws {
    guard try await registry.patient(pseudonym) != nil else {
      throw AccountError(.unknown, "There is no patient \(pseudonym).")
    }
  }

  private func existing(_ name: String) async throws -> AccountRecord {
    guard let account = try await registry.account(name) else {
      throw AccountError(.unknown, "There is no account of that name.")
    }
    return account
  }

  /// - Throws: ``AccountError`` of code `weak-password`, with what is wrong in words.
  static func requireStrength(of password: SecretBytes, account: String) throws(AccountError) {
    if let objection = PasswordRules.objection(to: password, account: account) {
      throw AccountError(.weakPassword, objection)
    }
  }

  private func hash(_ password: SecretBytes, account: String) async throws -> String {
    try Self.requireStrength(of: password, account: account)
    return try await verifier.hash(password).description
  }
}

extension AccountRecord {
  fileprivate func with(
    passwordHash: String? = nil, isDisabled: Bool? = nil, seesAllPatients: Bool? = nil
  ) -> AccountRecord {
    AccountRecord(
      name: name, role: role, passwordHash: passwordHash ?? self.passwordHash,
      isDisabled: isDisabled ?? self.isDisabled,
      seesAllPatients: seesAllPatients ?? self.seesAllPatients, createdAt: createdAt)
  }
}
