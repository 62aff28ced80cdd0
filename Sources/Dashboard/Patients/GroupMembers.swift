package import Decryptor
public import Store

/// Says who is in which group of patients, and ends groups: for the operator's console and the administrator's page. It needs no key:
/// only what a group is called is sealed.
///
/// Whoever is assigned a group sees who is in it, so that each change is recorded with who made it, in the transaction that makes it.
public struct GroupMembers: Sendable {
  /// Most groups of a patient; they are told with every change of the patient's values.
  public static let groupsOfPatientLimit = 8

  private let registry: any RegistryStore
  private let time: Timekeeper

  /// - Parameter registry: Where groups rest.
  public init(registry: any RegistryStore) { self.init(registry: registry, time: .system) }

  package init(registry: any RegistryStore, time: Timekeeper) {
    self.registry = registry
    self.time = time
  }

  /// Puts a patient into a group.
  /// - Parameters:
  ///   - patient: Whom.
  ///   - group: Into which.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` where there is no such patient or group, or the patient is in as many as can be; `StoreError`.
  public func add(_ patient: Pseudonym, to group: GroupID, by actor: String = "operator") async throws {
    guard try await registry.patient(patient) != nil else {
      throw AccountError(.unknown, "There is no patient \(patient).")
    }
    guard try await registry.groups().contains(where: { $0.id == group }) else { throw Self.unknown }
    guard
      try await registry.join(
        patient, group, at: time.unixMicroseconds(), by: actor, limit: Self.groupsOfPatientLimit)
    else {
      throw AccountError(.limitReached, "A patient can be in \(Self.groupsOfPatientLimit) groups.")
    }
  }

  /// Takes a patient out of a group.
  /// - Parameters:
  ///   - patient: Whom.
  ///   - group: Out of which.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: `StoreError`.
  public func remove(_ patient: Pseudonym, from group: GroupID, by actor: String = "operator") async throws {
    try await registry.leave(patient, group, at: time.unixMicroseconds(), by: actor)
  }

  /// Removes a group. Its patients stay; who saw them with the group alone sees them no more.
  /// - Parameters:
  ///   - group: Which one.
  ///   - actor: Who does it, for the record; `operator` for the operator's console.
  /// - Throws: ``AccountError`` where there is none, `StoreError`.
  public func remove(_ group: GroupID, by actor: String = "operator") async throws {
    guard try await registry.deleteGroup(group, at: time.unixMicroseconds(), by: actor) else { throw Self.unknown }
  }

  static let unknown = AccountError(.unknown, "There is no such group.")
}
