public import Wire

/// Patients, the devices they wear, and the people who may look.
/// Written by the dashboard and the operator's console.
public protocol RegistryStore: TokenStore, GroupStore {
  /// Adds or replaces a patient.
  func put(_ patient: PatientRecord) async throws(StoreError)
  /// All patients, by pseudonym.
  func patients() async throws(StoreError) -> [PatientRecord]
  /// One patient.
  func patient(_ pseudonym: Pseudonym) async throws(StoreError) -> PatientRecord?

  /// Assigns a device to a patient, or to nobody. Handing a device again to who wears it changes nothing.
  func assign(_ device: DeviceID, to pseudonym: Pseudonym?, at time: UnixMicroseconds) async throws(StoreError)
  /// All assignments.
  func assignments() async throws(StoreError) -> [DeviceAssignment]

  /// Adds or replaces an account.
  func put(_ account: AccountRecord) async throws(StoreError)
  /// One account.
  func account(_ name: String) async throws(StoreError) -> AccountRecord?
  /// All accounts, by name.
  func accounts() async throws(StoreError) -> [AccountRecord]

  /// Lets an account see a patient, and records it as an ``AccountEvent`` in the same transaction where it changes something.
  func entrust(
    _ patient: Pseudonym, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError)
  /// Ends that; recorded likewise.
  func withdraw(
    _ patient: Pseudonym, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError)
  /// Whom an account was let see, one by one or with a group, by pseudonym; `nil` for all accounts, by account. Who sees all
  /// patients (``AccountRecord/seesAllPatients``) needs no such record.
  func care(of account: String?) async throws(StoreError) -> [CareAssignment]

  /// Accounts that have a sign-in session at `time`, or a token that was used shortly before, each once, by name.
  func signedInAccounts(at time: UnixMicroseconds) async throws(StoreError) -> [AccountRecord]
  /// Adds or replaces a sign-in session.
  func put(_ session: SignInRecord) async throws(StoreError)
  /// A sign-in session by the SHA-256 of its token.
  func signIn(tokenHash: [UInt8]) async throws(StoreError) -> SignInRecord?
  /// Ends a sign-in session.
  func deleteSignIn(tokenHash: [UInt8]) async throws(StoreError)
  /// Ends all that expired before `time`.
  func deleteSignIns(expiredBefore time: UnixMicroseconds) async throws(StoreError)
}

/// The public name of a patient, random, without meaning: what logs, mails and addresses may hold.
public struct Pseudonym: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// `P-` and 4–12 characters of `A`–`Z` and `2`–`9`.
  public let name: String

  /// Validates a pseudonym.
  public init?(_ name: some StringProtocol) {
    guard name.hasPrefix("P-") else { return nil }
    let rest = name.utf8.dropFirst(2)
    guard (4...12).contains(rest.count) else { return nil }
    let isPlain = rest.allSatisfy {
      (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "2")...UInt8(ascii: "9")).contains($0)
    }
    guard isPlain else { return nil }
    self.name = String(name)
  }

  /// The name.
  public var description: String { name }

  /// Alphabetical order.
  public static func < (left: Pseudonym, right: Pseudonym) -> Bool { left.name < right.name }
}

/// A patient at rest: the identity is sealed.
public struct PatientRecord: Sendable, Hashable {
  /// The public name.
  public let pseudonym: Pseudonym
  /// A `SealedBox` under the vault's record key for patients.
  public let box: [UInt8]
  /// When the patient was added.
  public let createdAt: UnixMicroseconds

  /// Describes a patient.
  public init(pseudonym: Pseudonym, box: [UInt8], createdAt: UnixMicroseconds) {
    self.pseudonym = pseudonym
    self.box = box
    self.createdAt = createdAt
  }
}

/// Who wears a device.
public struct DeviceAssignment: Sendable, Hashable {
  /// The device.
  public let device: DeviceID
  /// The patient, if any.
  public let pseudonym: Pseudonym?
  /// Since when.
  public let since: UnixMicroseconds

  /// Describes an assignment.
  public init(device: DeviceID, pseudonym: Pseudonym?, since: UnixMicroseconds) {
    self.device = device
    self.pseudonym = pseudonym
    self.since = since
  }
}

/// What an account may do.
public enum Role: String, Sendable, Codable, CaseIterable {
  /// Reads patients' signals, acknowledges alerts.
  case clinician
  /// Manages devices and accounts; cannot read an ECG.
  case administrator
  /// Reads what happened; changes nothing, cannot read an ECG.
  case auditor
}

/// An account at rest.
public struct AccountRecord: Sendable, Hashable {
  /// 1–64 characters, lower case.
  public let name: String
  /// What it may do.
  public let role: Role
  /// scrypt hash with its parameters, as the dashboard's password rules encode it.
  public let passwordHash: String
  /// Whether sign-in is refused.
  public let isDisabled: Bool
  /// Whether a clinician sees every patient, those to come included; otherwise only those in ``RegistryStore/care(of:)``.
  public let seesAllPatients: Bool
  /// When it was made.
  public let createdAt: UnixMicroseconds

  /// Describes an account.
  public init(
    name: String, role: Role, passwordHash: String, isDisabled: Bool, seesAllPatients: Bool, createdAt: UnixMicroseconds
  ) {
    self.name = name
    self.role = role
    self.passwordHash = passwordHash
    self.isDisabled = isDisabled
    self.seesAllPatients = seesAllPatients
    self.createdAt = createdAt
  }
}

/// That an account may see a patient.
public struct CareAssignment: Sendable, Hashable {
  /// Whose.
  public let account: String
  /// Whom.
  public let pseudonym: Pseudonym
  /// Since when.
  public let since: UnixMicroseconds
  /// The group that the patient is seen with; `nil` for one who was assigned alone. Somebody can be seen both ways.
  public let group: GroupID?

  /// Describes an assignment.
  public init(account: String, pseudonym: Pseudonym, since: UnixMicroseconds, group: GroupID? = nil) {
    self.account = account
    self.pseudonym = pseudonym
    self.since = since
    self.group = group
  }
}

/// A sign-in session at rest: the token itself is only in the browser.
public struct SignInRecord: Sendable, Hashable {
  /// SHA-256 of the cookie's token.
  public let tokenHash: [UInt8]
  /// Whose.
  public let account: String
  /// When it began.
  public let createdAt: UnixMicroseconds
  /// When it ends.
  public let expiresAt: UnixMicroseconds
  /// When it was last used, to the minute.
  public let lastUsedAt: UnixMicroseconds
  /// Family of browser and system, such as `Firefox on Linux`.
  public let agent: String
  /// The address that it began from.
  public let address: String
  /// How the person proved who they are.
  public let method: SignInMethod

  /// Describes a sign-in.
  public init(
    tokenHash: [UInt8], account: String, createdAt: UnixMicroseconds, expiresAt: UnixMicroseconds,
    lastUsedAt: UnixMicroseconds? = nil, agent: String = "", address: String = "",
    method: SignInMethod = .password
  ) {
    self.tokenHash = tokenHash
    self.account = account
    self.createdAt = createdAt
    self.expiresAt = expiresAt
    self.lastUsedAt = lastUsedAt ?? createdAt
    self.agent = agent
    self.address = address
    self.method = method
  }
}
