package import Store

/// Who may use an endpoint. Each ``Endpoint`` names its rule beside its address.
package enum Access: Hashable, Sendable {
  /// Anybody: only what is needed to sign in.
  case everybody
  /// Whoever is signed in.
  case signedIn
  /// These roles.
  case only(Set<Role>)

  /// What a rule says to a request.
  package enum Verdict: Hashable, Sendable {
    /// Go on.
    case allow
    /// Nobody is signed in: 401.
    case signInFirst
    /// This role may not: 403.
    case forbid
  }

  /// Those who treat patients.
  static let clinicians = Access.only([.clinician])
  /// Those who run the system.
  static let administrators = Access.only([.administrator])
  /// Those who may end an access: their own, or anybody's.
  static let cliniciansAndAdministrators = Access.only([.clinician, .administrator])
  /// Those who run the system, and those who check them.
  static let staff = Access.only([.administrator, .auditor])

  /// Applies the rule to whoever asks.
  package func verdict(for role: Role?) -> Verdict {
    switch self {
    case .everybody: .allow
    case .signedIn: role == nil ? .signInFirst : .allow
    case .only(let roles):
      if let role { roles.contains(role) ? .allow : .forbid } else { .signInFirst }
    }
  }
}
