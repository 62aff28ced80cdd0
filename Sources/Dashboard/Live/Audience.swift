internal import Store

/// Who is signed in and may see patients, at a moment. Keys are asked for only on behalf of an audience: a patient whom nobody
/// in it may see stays sealed.
struct Audience: Hashable, Sendable {
  /// By account: clinicians who are signed in and not disabled.
  private let scopes: [String: PatientScope]

  /// Nobody.
  init() { scopes = [:] }

  /// Reads who is signed in at `now`, Unix microseconds.
  init(registry: any AccessStore, now: UnixMicroseconds) async throws(StoreError) {
    let accounts = try await registry.signedInAccounts(at: now).filter { $0.role == .clinician && !$0.isDisabled }
    let needsCare = accounts.contains { !$0.seesAllPatients }
    let care = needsCare ? try await registry.care(of: nil) : []
    let emergencies = needsCare ? try await registry.emergencyAccess(of: nil, inForceAt: now) : []
    let assigned = Dictionary(grouping: care, by: \.account)
    scopes = Dictionary(
      accounts.map {
        ($0.name, PatientScope($0, care: assigned[$0.name] ?? [], emergencies: emergencies, now: now))
      }, uniquingKeysWith: { _, last in last }
    )
  }

  /// What an account may see; nobody where it is not signed in.
  func scope(of account: String) -> PatientScope { scopes[account] ?? .nobody }

  /// Whether anybody may see a patient, or what is no patient's (`nil`).
  func includes(_ patient: Pseudonym?) -> Bool { scopes.values.contains { $0.includes(patient) } }
}
