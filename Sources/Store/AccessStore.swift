/// How people prove who they are, where they are signed in, and who looked beyond their assignment.
/// Written by the dashboard and the operator's console; the notifier reads who is to be told and writes that they were.
public protocol AccessStore: RegistryStore {
  /// The second factor of an account, begun or confirmed.
  func secondFactor(of account: String) async throws(StoreError) -> SecondFactorRecord?
  /// Names of the accounts with a confirmed second factor, sorted.
  func accountsWithSecondFactor() async throws(StoreError) -> [String]
  /// Begins a second factor; one that was not confirmed is replaced, a confirmed one stays.
  /// - Returns: Whether it was begun.
  func begin(_ factor: SecondFactorRecord) async throws(StoreError) -> Bool
  /// Confirms what was begun, with the time step of the code that proved it, and the hashes of the recovery codes.
  /// - Returns: Whether there was one to confirm, in this very box.
  func confirmSecondFactor(
    of account: String, box: [UInt8], step: UInt64, recoveryCodes: [[UInt8]]
  ) async throws(StoreError) -> Bool
  /// Marks a time step as used. Of all who try with the same step, or an earlier one, exactly one gets `true`.
  func useStep(_ step: UInt64, of account: String) async throws(StoreError) -> Bool
  /// Uses up a recovery code. Of all who try with the same one exactly one gets `true`.
  func useRecoveryCode(_ hash: [UInt8], of account: String) async throws(StoreError) -> Bool
  /// How many recovery codes an account has left.
  func recoveryCodeCount(of account: String) async throws(StoreError) -> Int
  /// Replaces all recovery codes of an account.
  func setRecoveryCodes(_ hashes: [[UInt8]], of account: String) async throws(StoreError)
  /// Takes the second factor away, and the recovery codes unless a passkey is left.
  /// - Returns: Whether there was one.
  func deleteSecondFactor(of account: String) async throws(StoreError) -> Bool

  /// The passkeys of an account, oldest first.
  func passkeys(of account: String) async throws(StoreError) -> [PasskeyRecord]
  /// One passkey, by the SHA-256 of what its authenticator calls it.
  func passkey(hash: [UInt8]) async throws(StoreError) -> PasskeyRecord?
  /// Adds a passkey; the recovery codes are taken where the account has none yet.
  /// - Returns: Whether the recovery codes were taken; `nil` where the account has `limit` passkeys, or there is one of this hash.
  func add(_ passkey: PasskeyRecord, limit: Int, recoveryCodes: [[UInt8]]) async throws(StoreError) -> Bool?
  /// Notes a use with where the counter stands now.
  /// - Returns: Whether the counter went forward, or both are 0 (WebAuthn §6.1.1). Of all who try with the same one, one gets `true`.
  func usePasskey(hash: [UInt8], counter: UInt32, at time: UnixMicroseconds) async throws(StoreError) -> Bool
  /// Takes a passkey away, and the recovery codes where no second factor is left.
  /// - Returns: Whether there was one.
  func deletePasskey(hash: [UInt8], of account: String) async throws(StoreError) -> Bool

  /// The sign-ins of an account that have not ended at `time`, the one used last first.
  func signIns(of account: String, at time: UnixMicroseconds) async throws(StoreError) -> [SignInRecord]
  /// Notes that a sign-in was used, and until when it stands. One that was ended meanwhile stays ended.
  func renewSignIn(
    tokenHash: [UInt8], usedAt: UnixMicroseconds, expiresAt: UnixMicroseconds
  ) async throws(StoreError)
  /// Ends all sign-ins of an account, except one where that is named.
  /// - Returns: How many ended.
  func deleteSignIns(of account: String, except tokenHash: [UInt8]?) async throws(StoreError) -> Int

  /// Changes how the sign-ins of an account count as proved: after a second factor was added or taken away.
  func setSignInMethod(_ method: SignInMethod, of account: String) async throws(StoreError)

  /// Records an access beyond the assignment; the record can be ended, and never changed otherwise or deleted.
  func open(_ access: EmergencyAccess) async throws(StoreError)
  /// Accesses in force at `time`: not expired and not ended; of an account, or of all.
  func emergencyAccess(of account: String?, inForceAt time: UnixMicroseconds) async throws(StoreError)
    -> [EmergencyAccess]
  /// The record, newest first.
  func emergencyAccess(limit: Int) async throws(StoreError) -> [EmergencyAccess]
  /// One access.
  func emergencyAccess(_ id: AccessID) async throws(StoreError) -> EmergencyAccess?
  /// How many accesses an account opened at or after `time`.
  func emergencyAccessCount(of account: String, since time: UnixMicroseconds) async throws(StoreError) -> Int
  /// Ends an access that is in force.
  /// - Returns: Whether it was in force.
  func endEmergencyAccess(_ id: AccessID, by account: String, at time: UnixMicroseconds) async throws(StoreError)
    -> Bool

  /// What was told to whom of accesses; of one, or of all opened at or after a time.
  func accessNotices(openedSince time: UnixMicroseconds) async throws(StoreError) -> [AccessNotice]
  /// Adds or replaces what is known of telling one receiver of one access.
  func put(_ notice: AccessNotice) async throws(StoreError)

  /// Adds or replaces an account, and appends what that was to the record, both or neither.
  func put(_ account: AccountRecord, recording events: [AccountEvent]) async throws(StoreError)
  /// Appends to the record of what happened to accounts, which is never changed or deleted.
  func append(_ event: AccountEvent) async throws(StoreError)
  /// The record, newest first; of one account, or of all.
  func accountEvents(of account: String?, limit: Int) async throws(StoreError) -> [AccountEvent]

  /// What happened to accounts, oldest first.
  func accountTrail(_ query: TrailQuery) async throws(StoreError) -> [Recorded<AccountEvent>]
  /// Accesses beyond the assignment by the time they were opened, oldest first.
  func openings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>]
  /// Accesses by the time they end: when somebody ended them, else when they expire. The actor is who ended them, or nobody.
  func endings(_ query: TrailQuery) async throws(StoreError) -> [Recorded<EmergencyAccess>]
}

/// How somebody proved who they are.
public enum SignInMethod: String, Sendable, CaseIterable {
  /// By the password alone.
  case password
  /// By password and one-time code.
  case passwordAndCode = "password-code"
  /// By password and recovery code.
  case passwordAndRecoveryCode = "password-recovery-code"
  /// By password and passkey.
  case passwordAndPasskey = "password-passkey"
  /// By a passkey alone, which verified who holds it.
  case passkey
  /// At the identity provider.
  case provider
}

/// A second factor at rest: the secret is sealed.
public struct SecondFactorRecord: Sendable, Hashable {
  /// Whose.
  public let account: String
  /// A `SealedBox` with the shared secret.
  public let box: [UInt8]
  /// Whether a code has proved that the person has the secret; without that it is asked for nowhere.
  public let isConfirmed: Bool
  /// The last time step whose code was taken: no code of it or of an earlier one counts again (RFC 6238 §5.2).
  public let lastStep: UInt64
  /// When it was begun.
  public let createdAt: UnixMicroseconds

  /// Describes a second factor.
  public init(account: String, box: [UInt8], isConfirmed: Bool, lastStep: UInt64, createdAt: UnixMicroseconds) {
    self.account = account
    self.box = box
    self.isConfirmed = isConfirmed
    self.lastStep = lastStep
    self.createdAt = createdAt
  }
}

/// A passkey at rest: what is known of it is sealed, but for the counter, which is compared and set at once.
public struct PasskeyRecord: Sendable, Hashable {
  /// SHA-256 of what its authenticator calls it.
  public let hash: [UInt8]
  /// Whose.
  public let account: String
  /// A `SealedBox` with its public key and its name.
  public let box: [UInt8]
  /// Where the authenticator's counter stood.
  public let counter: UInt32
  /// When it was registered.
  public let createdAt: UnixMicroseconds
  /// When it was last used; `nil` if it never was.
  public let lastUsedAt: UnixMicroseconds?

  /// Describes a passkey.
  public init(
    hash: [UInt8], account: String, box: [UInt8], counter: UInt32, createdAt: UnixMicroseconds,
    lastUsedAt: UnixMicroseconds?
  ) {
    self.hash = hash
    self.account = account
    self.box = box
    self.counter = counter
    self.createdAt = createdAt
    self.lastUsedAt = lastUsedAt
  }
}

/// The name of an access beyond the assignment: 128 random bits.
public struct AccessID: Hashable, Sendable, CustomStringConvertible {
  /// 16 bytes.
  public let bytes: [UInt8]

  /// - Parameter bytes: 16 bytes; `nil` for any other number.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// Parses 32 hexadecimal digits in lower case.
  public init?(hex: some StringProtocol) {
    let digits = Array(hex.utf8)
    guard digits.count == 32 else { return nil }
    func value(_ digit: UInt8) -> UInt8? {
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
      default: nil
      }
    }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 32, by: 2) {
      guard let high = value(digits[index]), let low = value(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self.bytes = bytes
  }

  /// 32 hexadecimal digits.
  public var description: String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
  }
}

/// That a clinician opened a patient outside their assignment, and why: a record that stays.
public struct EmergencyAccess: Sendable, Hashable {
  /// Its name.
  public let id: AccessID
  /// Who.
  public let account: String
  /// Whom.
  public let pseudonym: Pseudonym
  /// A `SealedBox` with the reason.
  public let box: [UInt8]
  /// From when.
  public let openedAt: UnixMicroseconds
  /// Until when at the latest.
  public let expiresAt: UnixMicroseconds
  /// When it was ended before that, if it was.
  public let endedAt: UnixMicroseconds?
  /// Who ended it.
  public let endedBy: String?

  /// Describes an access.
  public init(
    id: AccessID, account: String, pseudonym: Pseudonym, box: [UInt8], openedAt: UnixMicroseconds,
    expiresAt: UnixMicroseconds, endedAt: UnixMicroseconds? = nil, endedBy: String? = nil
  ) {
    self.id = id
    self.account = account
    self.pseudonym = pseudonym
    self.box = box
    self.openedAt = openedAt
    self.expiresAt = expiresAt
    self.endedAt = endedAt
    self.endedBy = endedBy
  }

  /// Whether it counts at a time.
  public func isInForce(at time: UnixMicroseconds) -> Bool {
    openedAt <= time && time < expiresAt && (endedAt.map { time < $0 } ?? true)
  }
}

/// How far telling one receiver of one access has come.
public struct AccessNotice: Sendable, Hashable {
  /// How far.
  public enum State: String, Sendable, CaseIterable {
    /// To be tried at ``AccessNotice/nextAttemptAt``.
    case pending
    /// The receiver has said that it has the message.
    case delivered
    /// Given up; a person has to look.
    case dead
  }

  /// The access.
  public let access: AccessID
  /// Who is told: a fingerprint, not the address.
  public let receiver: String
  /// How far.
  public let state: State
  /// Attempts so far.
  public let attempts: Int
  /// When it is tried next.
  public let nextAttemptAt: UnixMicroseconds
  /// When it was delivered.
  public let deliveredAt: UnixMicroseconds?
  /// Why the last attempt failed; names no patient, no address, no secret.
  public let lastError: String?

  /// Describes a notice.
  public init(
    access: AccessID, receiver: String, state: State, attempts: Int, nextAttemptAt: UnixMicroseconds,
    deliveredAt: UnixMicroseconds? = nil, lastError: String? = nil
  ) {
    self.access = access
    self.receiver = receiver
    self.state = state
    self.attempts = attempts
    self.nextAttemptAt = nextAttemptAt
    self.deliveredAt = deliveredAt
    self.lastError = lastError
  }
}

/// Something that happened to an account.
public struct AccountEvent: Sendable, Hashable {
  /// What.
  public enum Kind: String, Sendable, CaseIterable {
    /// The password was changed by the person.
    case passwordChanged = "password-changed"
    /// The password was set by an administrator or the operator.
    case passwordSet = "password-set"
    /// A second factor was confirmed.
    case secondFactorAdded = "second-factor-added"
    /// The person took the second factor away.
    case secondFactorRemoved = "second-factor-removed"
    /// An administrator or the operator took it away.
    case secondFactorReset = "second-factor-reset"
    /// A recovery code was used to sign in.
    case recoveryCodeUsed = "recovery-code-used"
    /// New recovery codes replaced the old ones.
    case recoveryCodesReplaced = "recovery-codes-replaced"
    /// Sign-ins were ended by somebody.
    case signInsEnded = "sign-ins-ended"
    /// An account was made for somebody whom the identity provider named.
    case accountProvided = "account-provided"
    /// Somebody signed in; the detail says how they proved who they are.
    case signedIn = "signed-in"
    /// Somebody signed out.
    case signedOut = "signed-out"
    /// Name, password or code was wrong. Of ``AccountEvent/unknownAccount`` where there is no such account.
    case signInFailed = "sign-in-failed"
    /// A failed sign-in locked the account, for its address or for all.
    case lockedOut = "locked-out"
    /// An account was made; the detail is its role.
    case accountAdded = "account-added"
    /// An account may not sign in any more.
    case accountDisabled = "account-disabled"
    /// An account may sign in again.
    case accountEnabled = "account-enabled"
    /// A clinician sees every patient from now on.
    case allPatientsOpened = "all-patients-opened"
    /// A clinician sees only those assigned from now on.
    case allPatientsClosed = "all-patients-closed"
    /// A clinician sees a patient from now on.
    case patientAssigned = "patient-assigned"
    /// A clinician sees a patient no more, unless they see all.
    case patientUnassigned = "patient-unassigned"
    /// A clinician sees everybody in a group from now on; the detail is the group's public name, here and below.
    case groupAssigned = "group-assigned"
    /// A clinician sees a group no more; who of it they see otherwise they see all the same.
    case groupUnassigned = "group-unassigned"
    /// A patient is in a group from now on: whoever is assigned the group sees them. It is about no account.
    case groupJoined = "group-joined"
    /// A patient is in a group no more. It is about no account.
    case groupLeft = "group-left"
    /// A group was removed; what ended with it stands before it, one by one. It is about no account.
    case groupRemoved = "group-removed"
    /// A program's token was made; the detail is its number.
    case tokenAdded = "token-added"
    /// A program's token was revoked; the detail is its number.
    case tokenRevoked = "token-revoked"
    /// A passkey was registered; the detail is its name.
    case passkeyAdded = "passkey-added"
    /// The person took a passkey away; the detail is its name.
    case passkeyRemoved = "passkey-removed"
    /// A passkey was refused because its counter did not go forward: there may be a copy of it.
    case passkeyCounterBack = "passkey-counter-back"
    /// A report for those who check was drawn up; the detail is which, and its hash.
    case reportDrawn = "report-drawn"

    /// Those whose detail is a group's public name.
    public static let aboutGroups: [Kind] = [.groupAssigned, .groupUnassigned, .groupJoined, .groupLeft, .groupRemoved]
  }

  /// Whose; ``noAccount`` for what is about a patient or a group alone.
  public let account: String
  /// Who did it; `operator` for the operator's console, ``unknownAccount`` for what stood before it was recorded.
  public let actor: String
  /// What.
  public let kind: Kind
  /// When.
  public let at: UnixMicroseconds
  /// More of what, as the kind says; never a secret.
  public let detail: String?
  /// The network address that it came from, where there was one.
  public let address: String?
  /// The patient whom it is about, where there is one.
  public let patient: Pseudonym?

  /// Stands for a name that no account has: what was typed may be a password. No account can be called so.
  public static let unknownAccount = "(unknown)"
  /// Stands where an event is no account's. No account can be called so.
  public static let noAccount = "(none)"

  /// The group that it is about, where it is about one.
  public var group: GroupID? { Kind.aboutGroups.contains(kind) ? detail.flatMap { GroupID($0) } : nil }

  /// Describes an event.
  public init(
    account: String, actor: String, kind: Kind, at: UnixMicroseconds, detail: String? = nil, address: String? = nil,
    patient: Pseudonym? = nil
  ) {
    self.account = account
    self.actor = actor
    self.kind = kind
    self.at = at
    self.detail = detail
    self.address = address
    self.patient = patient
  }
}
