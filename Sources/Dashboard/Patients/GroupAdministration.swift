package import Decryptor
public import KeyVaultClient
internal import Sealing
public import Store

/// Makes groups of patients and says what they are called: for the operator's console and the administrator's page. Who is in them
/// is ``GroupMembers``'.
///
/// ```swift
/// let groups = GroupAdministration(registry: store, keys: vault)
/// let ward = try await groups.create(GroupName("Ward 3"))
/// ```
public struct GroupAdministration: Sendable {
  /// Most groups: a list that somebody can still read.
  public static let groupLimit = 200
  /// 30 bits: with ``groupLimit`` groups a collision has a chance of one in five million.
  private static let nameLength = 6

  private let registry: any RegistryStore
  private let keys: any SessionKeySource
  private let time: Timekeeper

  /// - Parameters:
  ///   - registry: Where groups rest.
  ///   - keys: Gives the record key that seals their names.
  public init(registry: any RegistryStore, keys: any SessionKeySource) {
    self.init(registry: registry, keys: keys, time: .system)
  }

  package init(registry: any RegistryStore, keys: any SessionKeySource, time: Timekeeper) {
    self.registry = registry
    self.keys = keys
    self.time = time
  }

  /// Makes a group under a new random name for addresses and logs.
  /// - Throws: ``AccountError`` where there is one of that name, or there are too many; `KeyVaultError`, `StoreError`,
  ///   `SealingError`.
  public func create(_ name: GroupName) async throws -> GroupID {
    let seal = try await IdentitySeal(key: keys.recordKey(.patients))
    let existing = try await registry.groups()
    guard existing.count < Self.groupLimit else {
      throw AccountError(.limitReached, "There are \(Self.groupLimit) groups already.")
    }
    try Self.requireFree(name, among: existing, seal)
    let taken = Set(existing.map(\.id))
    let fresh = try PublicName.fresh(length: Self.nameLength) { text in
      GroupID("G-" + text).flatMap { taken.contains($0) ? nil : $0 }
    }
    guard let id = fresh else { throw AccountError(.exists, "No free name was found.") }
    try await registry.put(
      PatientGroupRecord(id: id, box: try seal.seal(name, for: id), createdAt: time.unixMicroseconds()))
    return id
  }

  /// Calls a group something else.
  /// - Throws: ``AccountError`` where there is none, or another of that name; `KeyVaultError`, `StoreError`, `SealingError`.
  public func rename(_ group: GroupID, to name: GroupName) async throws {
    let seal = try await IdentitySeal(key: keys.recordKey(.patients))
    let existing = try await registry.groups()
    guard let record = existing.first(where: { $0.id == group }) else { throw GroupMembers.unknown }
    try Self.requireFree(name, among: existing.filter { $0.id != group }, seal)
    try await registry.put(
      PatientGroupRecord(id: group, box: try seal.seal(name, for: group), createdAt: record.createdAt))
  }

  private static func requireFree(
    _ name: GroupName, among records: [PatientGroupRecord], _ seal: IdentitySeal
  ) throws {
    guard !records.contains(where: { (try? seal.name($0)) == name }) else {
      throw AccountError(.exists, "There is a group of that name.")
    }
  }
}
