package import HTTPTypes

/// Every request by which keys are administered or read about. A route exists only as a case here, and every case says
/// whom it asks for: the table of the authorisation test.
package enum AdministrationEndpoint: String, CaseIterable, Sendable {
  case report, listDevices, showDevice, showHistory
  case createClaim, listClaims, revokeClaim
  case rotateDevice, suspendDevice, resumeDevice, deactivateDevice, reportCompromise, showCompromise,
    admitSession
  case revokeDevice, reinstateDevice
  case proposeDestruction, cancelDestruction, showCertificate, listDestructions
  case holdDevice, releaseHold, listHolds
  case listProposals, proposeRootRotation, approveProposal, withdrawProposal
  case rotateTenantKey, startRewrap, showRewrap
  case listPeople, addPerson, removePerson, showPersonCertificate
  case listGrants, addGrant, removeGrant
  case makeBackup, showRecovery

  /// The path; a word after a colon is a parameter.
  package var path: String {
    switch self {
    case .report: "/v1/report"
    case .listDevices: "/v1/devices"
    case .showDevice: "/v1/devices/:device"
    case .showHistory: "/v1/history"
    case .createClaim, .listClaims: "/v1/claims"
    case .revokeClaim: "/v1/claims/:id"
    case .rotateDevice: "/v1/devices/:device/rotation"
    case .suspendDevice, .resumeDevice: "/v1/devices/:device/suspension"
    case .deactivateDevice: "/v1/devices/:device/deactivation"
    case .revokeDevice, .reinstateDevice: "/v1/devices/:device/revocation"
    case .reportCompromise, .showCompromise: "/v1/devices/:device/compromise"
    case .admitSession: "/v1/devices/:device/sessions"
    case .proposeDestruction, .cancelDestruction: "/v1/devices/:device/destruction"
    case .showCertificate: "/v1/devices/:device/destruction/certificate"
    case .listDestructions: "/v1/destructions"
    case .holdDevice, .releaseHold: "/v1/devices/:device/hold"
    case .listHolds: "/v1/holds"
    case .listProposals: "/v1/proposals"
    case .proposeRootRotation: "/v1/root/rotation"
    case .approveProposal: "/v1/proposals/:id/approval"
    case .withdrawProposal: "/v1/proposals/:id"
    case .rotateTenantKey: "/v1/tenant-key/rotation"
    case .startRewrap, .showRewrap: "/v1/rewrap"
    case .listPeople, .addPerson: "/v1/people"
    case .removePerson: "/v1/people/:name"
    case .showPersonCertificate: "/v1/people/:name/certificate"
    case .listGrants, .addGrant: "/v1/grants"
    case .removeGrant: "/v1/grants/:id"
    case .makeBackup: "/v1/backup"
    case .showRecovery: "/v1/recovery"
    }
  }

  /// The method.
  package var method: HTTPRequest.Method {
    switch self {
    case .report, .listDevices, .showDevice, .showHistory, .listClaims, .showCompromise, .showCertificate,
      .listDestructions, .listHolds, .listProposals, .showRewrap, .listPeople, .showPersonCertificate, .listGrants,
      .showRecovery:
      .get
    case .createClaim, .rotateDevice, .suspendDevice, .deactivateDevice, .reportCompromise, .admitSession,
      .revokeDevice,
      .proposeDestruction,
      .holdDevice, .proposeRootRotation, .approveProposal, .rotateTenantKey, .startRewrap, .addPerson, .addGrant,
      .makeBackup:
      .post
    case .revokeClaim, .reinstateDevice, .resumeDevice, .cancelDestruction, .releaseHold, .withdrawProposal,
      .removePerson,
      .removeGrant:
      .delete
    }
  }

  /// Whom it asks for. What opens backups is no reading matter.
  package var permission: Permission {
    method == .get && self != .showRecovery ? .readKeys : .administer
  }
}
