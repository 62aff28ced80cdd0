internal import Store

/// Who looks: a person, or a program in the person's name. They differ in what they may see: an access beyond the assignment is the
/// person's alone.
struct Viewer: Hashable, Sendable {
  let account: String
  var isProgram = false
}

/// Who is signed in and may see patients, at a moment. Keys are asked for only on behalf of an audience: a patient whom nobody
/// in it may see stays sealed.
struct Audience: Hashable, Sendable {
  /// Clinicians who are signed in and not disabled, and their programs.
  private let scopes: [Viewer: PatientScope]

  /// Nobody.
  init() { scopes = [:] }

  /// Reads who is signed in at `now`, Unix microseconds.
  init(registry: any AccessStore, now: UnixMicroseconds) async throws(StoreError) {
    let accounts = try await registry.signedInAccounts(at: now).filter { $0.role == .clinician && !$0.isDisabled }
    let needsCare = accounts.contains { !$0.seesAllPatients }
    let care = needsCare ? try await registry.care(of: nil) : []
    let emergencies = needsCare ? try await registry.emergencyAccess(of: nil, inForceAt: now) : []
    let assigned = Dictionary(grouping: care, by: \.account)
    var scopes: [Viewer: PatientScope] = [:]
    for account in accounts {
      for viewer in [Viewer(account: account.name), Viewer(account: account.name, isProgram: true)] {
        scopes[viewer] = PatientScope(
          account, care: assigned[account.name] ?? [], emergencies: viewer.isProgram ? [] : emergencies, now: now)
      }
    }
    self.scopes = scopes
  }

  /// What somebody may see; nobody where the account is not signed in.
  func scope(of viewer: Viewer) -> PatientScope { scopes[viewer] ?? .nobody }

  /// Whether anybody may see a patient, or what is no patient's (`nil`).
  func includes(_ patient: Pseudonym?) -> Bool { scopes.values.contains { $0.includes(patient) } }
}
