package import HTTPTypes

/// Every request that the API answers. A route exists only as a case here, and every case has a rule in ``Access``.
package enum Endpoint: String, CaseIterable, Sendable {
  case showSession
  case signIn
  case signOut
  case showWard
  case showPatient
  case showStrip
  case showSpectrum
  case listAlerts
  case acknowledgeAlert
  case streamEvents
  case listPatients
  case addPatient
  case listDevices
  case assignDevice
  case listAccounts
  case addAccount
  case changeAccount
  case assignPatient, unassignPatient
  // Keys: each is handed to the vault, which decides by a table of its own.
  case showKeyReport, listDeviceKeys, showDeviceKeys, showKeyHistory
  case revokeDevice, reinstateDevice
  case listClaims, createClaim, revokeClaim
  case rotateKey, suspendKey, resumeKey, deactivateKey, reportCompromise, showCompromise
  case proposeDestruction, cancelDestruction, showCertificate, listDestructions
  case holdKeys, releaseKeys, listHolds
  case listProposals, approveProposal, withdrawProposal
  case rotateTenantKey, startRewrap, showRewrap
  case listPeople, listAudit, verifyAudit

  /// The path, with parameters in braces.
  package var path: String {
    switch self {
    case .showSession, .signIn, .signOut: "/api/session"
    case .showWard: "/api/ward"
    case .showPatient: "/api/patients/{pseudonym}"
    case .showStrip: "/api/patients/{pseudonym}/strip"
    case .showSpectrum: "/api/patients/{pseudonym}/spectrum"
    case .listAlerts: "/api/alerts"
    case .acknowledgeAlert: "/api/alerts/{alert}/acknowledge"
    case .streamEvents: "/api/events"
    case .listPatients, .addPatient: "/api/patients"
    case .listDevices: "/api/devices"
    case .assignDevice: "/api/devices/{device}/assignment"
    case .listAccounts, .addAccount: "/api/accounts"
    case .changeAccount: "/api/accounts/{account}"
    case .assignPatient, .unassignPatient: "/api/accounts/{account}/patients/{pseudonym}"
    case .showKeyReport: "/api/keys/report"
    case .listDeviceKeys: "/api/keys/devices"
    case .showDeviceKeys: "/api/keys/devices/{device}"
    case .showKeyHistory: "/api/keys/devices/{device}/history"
    case .revokeDevice, .reinstateDevice: "/api/keys/devices/{device}/revocation"
    case .listClaims, .createClaim: "/api/keys/claims"
    case .revokeClaim: "/api/keys/claims/{id}"
    case .rotateKey: "/api/keys/devices/{device}/rotation"
    case .suspendKey, .resumeKey: "/api/keys/devices/{device}/suspension"
    case .deactivateKey: "/api/keys/devices/{device}/deactivation"
    case .reportCompromise, .showCompromise: "/api/keys/devices/{device}/compromise"
    case .proposeDestruction, .cancelDestruction: "/api/keys/devices/{device}/destruction"
    case .showCertificate: "/api/keys/devices/{device}/destruction/certificate"
    case .listDestructions: "/api/keys/destructions"
    case .holdKeys, .releaseKeys: "/api/keys/devices/{device}/hold"
    case .listHolds: "/api/keys/holds"
    case .listProposals: "/api/keys/proposals"
    case .approveProposal: "/api/keys/proposals/{id}/approval"
    case .withdrawProposal: "/api/keys/proposals/{id}"
    case .rotateTenantKey: "/api/keys/tenant-key/rotation"
    case .startRewrap, .showRewrap: "/api/keys/rewrap"
    case .listPeople: "/api/keys/people"
    case .listAudit: "/api/keys/audit"
    case .verifyAudit: "/api/keys/audit/verification"
    }
  }

  /// The method.
  package var method: HTTPRequest.Method {
    switch self {
    case .showSession, .showWard, .showPatient, .showStrip, .showSpectrum, .listAlerts, .streamEvents, .listPatients,
      .listDevices, .listAccounts, .showKeyReport, .listDeviceKeys, .showDeviceKeys, .showKeyHistory, .listClaims,
      .showCompromise, .showCertificate, .listDestructions, .listHolds, .listProposals, .showRewrap, .listPeople,
      .listAudit, .verifyAudit:
      .get
    case .signIn, .acknowledgeAlert, .addPatient, .addAccount, .revokeDevice, .createClaim, .rotateKey, .suspendKey,
      .deactivateKey,
      .reportCompromise, .proposeDestruction, .holdKeys, .approveProposal, .rotateTenantKey, .startRewrap:
      .post
    case .assignDevice, .assignPatient: .put
    case .changeAccount: .patch
    case .signOut, .unassignPatient, .reinstateDevice, .revokeClaim, .resumeKey, .cancelDestruction, .releaseKeys,
      .withdrawProposal:
      .delete
    }
  }

  /// Whether it changes something: then the request must prove that one of our own pages sent it.
  package var changesState: Bool { method != .get }
}
