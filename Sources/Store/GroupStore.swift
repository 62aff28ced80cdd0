/// Groups of patients (a ward, a room, a study), who belongs to which, and who cares for whole groups.
/// Written by the dashboard and the operator's console. What changes who may see whom is recorded as an ``AccountEvent`` in the same
/// transaction, by whoever did it; what changes nothing is no event.
public protocol GroupStore: Sendable {
  /// Adds or replaces a group.
  func put(_ group: PatientGroupRecord) async throws(StoreError)
  /// All groups, by their name in addresses.
  func groups() async throws(StoreError) -> [PatientGroupRecord]
  /// Removes a group, with who belonged to it and who cared for it, each recorded as if they had been taken out one by one. The
  /// patients stay.
  /// - Returns: Whether there was one.
  func deleteGroup(_ group: GroupID, at time: UnixMicroseconds, by actor: String) async throws(StoreError) -> Bool

  /// Puts a patient into a group.
  /// - Parameters:
  ///   - patient: Whom.
  ///   - group: Into which.
  ///   - time: Unix microseconds.
  ///   - actor: Who does it.
  ///   - limit: Most groups of a patient.
  /// - Returns: Whether the patient is in it now: not where there is no such group, or where they are in `limit` others.
  func join(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String, limit: Int
  ) async throws(StoreError) -> Bool
  /// Takes a patient out of a group.
  func leave(
    _ patient: Pseudonym, _ group: GroupID, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError)
  /// Who belongs to which group, by group and pseudonym.
  func memberships() async throws(StoreError) -> [GroupMembership]

  /// Lets an account see everybody in a group, those to come included. They are in ``RegistryStore/care(of:)`` from then on.
  func entrust(
    _ group: GroupID, to account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError)
  /// Ends that.
  func withdraw(
    _ group: GroupID, from account: String, at time: UnixMicroseconds, by actor: String
  ) async throws(StoreError)
  /// The groups that an account was let see; `nil` for all accounts, by account.
  func groupCare(of account: String?) async throws(StoreError) -> [GroupCare]
}

/// The public name of a group, random, without meaning: what logs and addresses may hold.
public struct GroupID: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// `G-` and 4–12 characters of `A`–`Z` and `2`–`9`.
  public let name: String

  /// Validates a name.
  public init?(_ name: some StringProtocol) {
    // As a pseudonym's, under another letter.
    guard name.hasPrefix("G-"), Pseudonym("P-" + name.dropFirst(2)) != nil else { return nil }
    self.name = String(name)
  }

  /// The name.
  public var description: String { name }

  /// Alphabetical order.
  public static func < (left: GroupID, right: GroupID) -> Bool { left.name < right.name }
}

/// A group at rest: what it is called is sealed.
public struct PatientGroupRecord: Sendable, Hashable {
  /// The public name.
  public let id: GroupID
  /// A `SealedBox` under the vault's record key for patients.
  public let box: [UInt8]
  /// When it was made.
  public let createdAt: UnixMicroseconds

  /// Describes a group.
  public init(id: GroupID, box: [UInt8], createdAt: UnixMicroseconds) {
    self.id = id
    self.box = box
    self.createdAt = createdAt
  }
}

/// That a patient belongs to a group.
public struct GroupMembership: Sendable, Hashable {
  /// Which group.
  public let group: GroupID
  /// Whom.
  public let pseudonym: Pseudonym

  /// Describes a membership.
  public init(group: GroupID, pseudonym: Pseudonym) {
    self.group = group
    self.pseudonym = pseudonym
  }
}

/// That an account may see a whole group.
public struct GroupCare: Sendable, Hashable {
  /// Whose.
  public let account: String
  /// Which group.
  public let group: GroupID
  /// Since when.
  public let since: UnixMicroseconds

  /// Describes an assignment.
  public init(account: String, group: GroupID, since: UnixMicroseconds) {
    self.account = account
    self.group = group
    self.since = since
  }
}
