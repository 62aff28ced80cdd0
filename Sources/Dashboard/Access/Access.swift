package import Store

/// Who may use an endpoint: the one table of the dashboard. What is not named is refused.
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

  /// The rule of an endpoint.
  package static func rule(for endpoint: Endpoint) -> Access {
    switch endpoint {
    case .signIn: .everybody
    case .showSession, .signOut: .signedIn
    // Signals, values and names of patients: for those who treat them.
    case .showWard, .showPatient, .showStrip, .showSpectrum, .listAlerts, .acknowledgeAlert, .streamEvents:
      .only([.clinician])
    // Who wears what, and how well it arrives: no ECG, no clinical value.
    case .listPatients, .listDevices, .listAccounts: .only([.administrator, .auditor])
    case .addPatient, .assignDevice, .addAccount, .changeAccount, .assignPatient, .unassignPatient:
      .only([.administrator])
    // Everything about keys, and nothing that one of them opens. What may change beyond this table, the vault's own decides.
    case .showKeyReport, .listDeviceKeys, .showDeviceKeys, .showKeyHistory, .listClaims, .showCompromise,
      .showCertificate, .listDestructions, .listHolds, .listProposals, .showRewrap, .listPeople, .listAudit,
      .verifyAudit:
      .only([.administrator, .auditor])
    case .revokeDevice, .reinstateDevice, .createClaim, .revokeClaim, .rotateKey, .suspendKey, .resumeKey,
      .deactivateKey, .reportCompromise,
      .proposeDestruction, .cancelDestruction, .holdKeys, .releaseKeys, .approveProposal, .withdrawProposal,
      .rotateTenantKey, .startRewrap:
      .only([.administrator])
    }
  }

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
