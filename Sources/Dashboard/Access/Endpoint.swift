package import HTTPTypes

/// Every request that the API answers: a route exists only as a case here, with its address and its rule in one line. What it takes
/// and gives is its ``Operation``.
package enum Endpoint: String, CaseIterable, Sendable {
  // What there is to ask.
  case showDocument

  // Sign-in and accounts of one's own.
  case showSession
  case signIn
  case signOut
  case challengePasskey
  case signInWithPasskey
  case showSignInOptions
  case beginProviderSignIn
  case finishProviderSignIn
  case showAccount
  case changePassword
  case beginSecondFactor
  case confirmSecondFactor
  case replaceRecoveryCodes
  case removeSecondFactor
  case beginPasskey
  case addPasskey
  case removePasskey
  case listOwnSignIns
  case endOwnSignIn
  case endOtherSignIns

  // Patients outside the assignment.
  case openEmergencyAccess
  case listOwnEmergencyAccess
  case endEmergencyAccess
  case listEmergencyAccess
  case listAccountEvents
  case showReport

  // The ward and signals: for those who treat the patients.
  case showWard
  case showPatient
  case showStrip
  case showSpectrum
  case showEnvelope
  case listSessions
  case listBeats
  case showTrends
  case showVariability
  case showMorphology
  case listMarks
  case addNote
  case addLabel
  case exportSession
  case streamEvents

  // Alerts.
  case listAlerts
  case showAlert
  case acknowledgeAlert
  case assignAlert
  case snoozeAlert
  case resolveAlert
  case showPlan
  case putPlan
  case previewPlan
  // The link in a mail: its token is the right to do it.
  case showAcknowledgementLink
  case followAcknowledgementLink

  // Registry: who wears what, and how well it arrives. No ECG, no clinical value.
  case listPatients
  case addPatient
  case listDevices
  case listChartEvents
  case assignDevice
  case listAccounts
  case addAccount
  case changeAccount
  case assignPatient
  case unassignPatient
  case listGroups
  case addGroup
  case renameGroup
  case removeGroup
  case joinGroup
  case leaveGroup
  case assignGroup
  case unassignGroup
  case listSignIns
  case endSignIns
  case resetSecondFactor

  // How long data are kept, and what is held.
  case showRetention
  case planRetention
  case previewRetention
  case changeRetention
  case placeRetentionHold
  case releaseRetentionHold

  // Tokens of programs.
  case listTokens
  case createToken
  case revokeToken

  // FHIR R4, for reading.
  case showCapabilities
  case searchPatients
  case readPatient
  case searchFHIRDevices
  case readFHIRDevice
  case searchObservations
  case readObservation
  case searchAuditEvents
  case readAuditEvent

  // Keys: each is handed to the vault, which decides by a table of its own.
  case showKeyReport
  case listDeviceKeys
  case showDeviceKeys
  case showKeyHistory
  case revokeDevice
  case reinstateDevice
  case listClaims
  case createClaim
  case revokeClaim
  case rotateKey
  case suspendKey
  case resumeKey
  case deactivateKey
  case reportCompromise
  case showCompromise
  case proposeDestruction
  case cancelDestruction
  case showCertificate
  case listDestructions
  case holdKeys
  case releaseKeys
  case listHolds
  case listProposals
  case approveProposal
  case withdrawProposal
  case rotateTenantKey
  case startRewrap
  case showRewrap
  case listPeople
  case listAudit
  case verifyAudit

  /// Where it is, and who may ask.
  private struct Route {
    let method: HTTPRequest.Method
    let path: String
    let rule: Access

    init(_ method: HTTPRequest.Method, _ path: String, _ rule: Access) {
      self.method = method
      self.path = path
      self.rule = rule
    }
  }

  private var route: Route {
    switch self {
    // What there is to ask: how to sign in stands there too, and nothing of this installation does.
    case .showDocument: .init(.get, "/api/openapi.json", .everybody)

    // Sign-in and accounts of one's own.
    case .showSession: .init(.get, "/api/session", .signedIn)
    case .signIn: .init(.post, "/api/session", .everybody)
    case .signOut: .init(.delete, "/api/session", .signedIn)
    case .challengePasskey: .init(.post, "/api/passkey-challenges", .everybody)
    case .signInWithPasskey: .init(.post, "/api/session/passkey", .everybody)
    case .showSignInOptions: .init(.get, "/api/sign-in-options", .everybody)
    case .beginProviderSignIn: .init(.get, "/api/provider/start", .everybody)
    case .finishProviderSignIn: .init(.get, "/api/provider/callback", .everybody)
    case .showAccount: .init(.get, "/api/account", .signedIn)
    case .changePassword: .init(.post, "/api/account/password", .signedIn)
    case .beginSecondFactor: .init(.post, "/api/account/second-factor", .signedIn)
    case .confirmSecondFactor: .init(.post, "/api/account/second-factor/confirmation", .signedIn)
    case .replaceRecoveryCodes: .init(.post, "/api/account/second-factor/recovery-codes", .signedIn)
    case .removeSecondFactor: .init(.post, "/api/account/second-factor/removal", .signedIn)
    case .beginPasskey: .init(.post, "/api/account/passkeys/options", .signedIn)
    case .addPasskey: .init(.post, "/api/account/passkeys", .signedIn)
    case .removePasskey: .init(.post, "/api/account/passkeys/{passkey}/removal", .signedIn)
    case .listOwnSignIns: .init(.get, "/api/account/sign-ins", .signedIn)
    case .endOwnSignIn: .init(.delete, "/api/account/sign-ins/{signIn}", .signedIn)
    case .endOtherSignIns: .init(.delete, "/api/account/sign-ins", .signedIn)

    // Patients outside the assignment.
    case .openEmergencyAccess: .init(.post, "/api/patients/{pseudonym}/emergency-access", .clinicians)
    case .listOwnEmergencyAccess: .init(.get, "/api/emergency-access/own", .clinicians)
    case .endEmergencyAccess: .init(.delete, "/api/emergency-access/{access}", .cliniciansAndAdministrators)
    case .listEmergencyAccess: .init(.get, "/api/emergency-access", .staff)
    case .listAccountEvents: .init(.get, "/api/account-events", .staff)
    // Drawn up anew each time, and on record in the vault's log.
    case .showReport: .init(.get, "/api/reports/{report}", .staff)

    // The ward and signals: for those who treat the patients.
    case .showWard: .init(.get, "/api/ward", .clinicians)
    case .showPatient: .init(.get, "/api/patients/{pseudonym}", .clinicians)
    case .showStrip: .init(.get, "/api/patients/{pseudonym}/strip", .clinicians)
    case .showSpectrum: .init(.get, "/api/patients/{pseudonym}/spectrum", .clinicians)
    case .showEnvelope: .init(.get, "/api/patients/{pseudonym}/envelope", .clinicians)
    case .listSessions: .init(.get, "/api/patients/{pseudonym}/sessions", .clinicians)
    case .listBeats: .init(.get, "/api/patients/{pseudonym}/beats", .clinicians)
    case .showTrends: .init(.get, "/api/patients/{pseudonym}/trends", .clinicians)
    case .showVariability: .init(.get, "/api/patients/{pseudonym}/variability", .clinicians)
    case .showMorphology: .init(.get, "/api/patients/{pseudonym}/morphology", .clinicians)
    case .listMarks: .init(.get, "/api/patients/{pseudonym}/marks", .clinicians)
    case .addNote: .init(.post, "/api/patients/{pseudonym}/notes", .clinicians)
    case .addLabel: .init(.post, "/api/patients/{pseudonym}/labels", .clinicians)
    case .exportSession: .init(.get, "/api/patients/{pseudonym}/export", .clinicians)
    case .streamEvents: .init(.get, "/api/events", .clinicians)

    // Alerts.
    case .listAlerts: .init(.get, "/api/alerts", .clinicians)
    case .showAlert: .init(.get, "/api/alerts/{alert}", .clinicians)
    case .acknowledgeAlert: .init(.post, "/api/alerts/{alert}/acknowledge", .clinicians)
    case .assignAlert: .init(.post, "/api/alerts/{alert}/assignment", .clinicians)
    case .snoozeAlert: .init(.post, "/api/alerts/{alert}/snooze", .clinicians)
    case .resolveAlert: .init(.post, "/api/alerts/{alert}/resolution", .clinicians)
    case .showPlan: .init(.get, "/api/patients/{pseudonym}/plan", .clinicians)
    case .previewPlan: .init(.post, "/api/patients/{pseudonym}/plan/preview", .clinicians)
    case .putPlan: .init(.put, "/api/patients/{pseudonym}/plan", .clinicians)
    case .showAcknowledgementLink: .init(.get, "/api/acknowledgements/{link}", .everybody)
    case .followAcknowledgementLink: .init(.post, "/api/acknowledgements/{link}", .everybody)

    // Registry: who wears what, and how well it arrives. No ECG, no clinical value.
    case .listPatients: .init(.get, "/api/patients", .staff)
    case .addPatient: .init(.post, "/api/patients", .administrators)
    case .listDevices: .init(.get, "/api/devices", .staff)
    case .listChartEvents: .init(.get, "/api/chart-events", .staff)
    case .assignDevice: .init(.put, "/api/devices/{device}/assignment", .administrators)
    case .listAccounts: .init(.get, "/api/accounts", .staff)
    case .addAccount: .init(.post, "/api/accounts", .administrators)
    case .changeAccount: .init(.patch, "/api/accounts/{account}", .administrators)
    case .assignPatient: .init(.put, "/api/accounts/{account}/patients/{pseudonym}", .administrators)
    case .unassignPatient: .init(.delete, "/api/accounts/{account}/patients/{pseudonym}", .administrators)
    case .listGroups: .init(.get, "/api/groups", .staff)
    case .addGroup: .init(.post, "/api/groups", .administrators)
    case .renameGroup: .init(.patch, "/api/groups/{group}", .administrators)
    case .removeGroup: .init(.delete, "/api/groups/{group}", .administrators)
    case .joinGroup: .init(.put, "/api/groups/{group}/patients/{pseudonym}", .administrators)
    case .leaveGroup: .init(.delete, "/api/groups/{group}/patients/{pseudonym}", .administrators)
    case .assignGroup: .init(.put, "/api/accounts/{account}/groups/{group}", .administrators)
    case .unassignGroup: .init(.delete, "/api/accounts/{account}/groups/{group}", .administrators)
    case .listSignIns: .init(.get, "/api/accounts/{account}/sign-ins", .administrators)
    case .endSignIns: .init(.delete, "/api/accounts/{account}/sign-ins", .administrators)
    case .resetSecondFactor: .init(.delete, "/api/accounts/{account}/second-factor", .administrators)

    // How long data are kept, and what is held: administrators decide, auditors see it.
    case .showRetention: .init(.get, "/api/retention", .staff)
    case .planRetention: .init(.get, "/api/retention/plan", .staff)
    case .previewRetention: .init(.post, "/api/retention/preview", .administrators)
    case .changeRetention: .init(.post, "/api/retention/policy", .administrators)
    case .placeRetentionHold: .init(.post, "/api/retention/holds", .administrators)
    case .releaseRetentionHold: .init(.post, "/api/retention/holds/{hold}/release", .administrators)

    // Tokens of programs: each account's own; administrators end anybody's.
    case .listTokens: .init(.get, "/api/tokens", .signedIn)
    case .createToken: .init(.post, "/api/tokens", .signedIn)
    case .revokeToken: .init(.delete, "/api/tokens/{token}", .signedIn)

    // FHIR R4, for reading. What the server can do is said before anybody signs in (FHIR R4 §3.1.0.6).
    case .showCapabilities: .init(.get, "/fhir/metadata", .everybody)
    case .searchPatients: .init(.get, "/fhir/Patient", .clinicians)
    case .readPatient: .init(.get, "/fhir/Patient/{pseudonym}", .clinicians)
    case .searchFHIRDevices: .init(.get, "/fhir/Device", .clinicians)
    case .readFHIRDevice: .init(.get, "/fhir/Device/{device}", .clinicians)
    case .searchObservations: .init(.get, "/fhir/Observation", .clinicians)
    case .readObservation: .init(.get, "/fhir/Observation/{observation}", .clinicians)
    case .searchAuditEvents: .init(.get, "/fhir/AuditEvent", .staff)
    case .readAuditEvent: .init(.get, "/fhir/AuditEvent/{event}", .staff)

    // Keys: each is handed to the vault, which decides by a table of its own.
    case .showKeyReport: .init(.get, "/api/keys/report", .staff)
    case .listDeviceKeys: .init(.get, "/api/keys/devices", .staff)
    case .showDeviceKeys: .init(.get, "/api/keys/devices/{device}", .staff)
    case .showKeyHistory: .init(.get, "/api/keys/devices/{device}/history", .staff)
    case .revokeDevice: .init(.post, "/api/keys/devices/{device}/revocation", .administrators)
    case .reinstateDevice: .init(.delete, "/api/keys/devices/{device}/revocation", .administrators)
    case .listClaims: .init(.get, "/api/keys/claims", .staff)
    case .createClaim: .init(.post, "/api/keys/claims", .administrators)
    case .revokeClaim: .init(.delete, "/api/keys/claims/{id}", .administrators)
    case .rotateKey: .init(.post, "/api/keys/devices/{device}/rotation", .administrators)
    case .suspendKey: .init(.post, "/api/keys/devices/{device}/suspension", .administrators)
    case .resumeKey: .init(.delete, "/api/keys/devices/{device}/suspension", .administrators)
    case .deactivateKey: .init(.post, "/api/keys/devices/{device}/deactivation", .administrators)
    case .reportCompromise: .init(.post, "/api/keys/devices/{device}/compromise", .administrators)
    case .showCompromise: .init(.get, "/api/keys/devices/{device}/compromise", .staff)
    case .proposeDestruction: .init(.post, "/api/keys/devices/{device}/destruction", .administrators)
    case .cancelDestruction: .init(.delete, "/api/keys/devices/{device}/destruction", .administrators)
    case .showCertificate: .init(.get, "/api/keys/devices/{device}/destruction/certificate", .staff)
    case .listDestructions: .init(.get, "/api/keys/destructions", .staff)
    case .holdKeys: .init(.post, "/api/keys/devices/{device}/hold", .administrators)
    case .releaseKeys: .init(.delete, "/api/keys/devices/{device}/hold", .administrators)
    case .listHolds: .init(.get, "/api/keys/holds", .staff)
    case .listProposals: .init(.get, "/api/keys/proposals", .staff)
    case .approveProposal: .init(.post, "/api/keys/proposals/{id}/approval", .administrators)
    case .withdrawProposal: .init(.delete, "/api/keys/proposals/{id}", .administrators)
    case .rotateTenantKey: .init(.post, "/api/keys/tenant-key/rotation", .administrators)
    case .startRewrap: .init(.post, "/api/keys/rewrap", .administrators)
    case .showRewrap: .init(.get, "/api/keys/rewrap", .staff)
    case .listPeople: .init(.get, "/api/keys/people", .staff)
    case .listAudit: .init(.get, "/api/keys/audit", .staff)
    case .verifyAudit: .init(.get, "/api/keys/audit/verification", .staff)
    }
  }

  /// The path, with parameters in braces.
  package var path: String { route.path }

  /// The method.
  package var method: HTTPRequest.Method { route.method }

  /// Who may ask.
  package var rule: Access { route.rule }

  /// Whether it is open to a sign-in whose role needs a second factor that was not shown yet: what is needed to add one, and to leave.
  var isForThoseWithoutSecondFactor: Bool {
    switch self {
    case .showSession, .signIn, .signOut, .showAccount, .beginSecondFactor, .confirmSecondFactor, .beginPasskey,
      .addPasskey:
      true
    default: rule == .everybody
    }
  }

  /// Whether it changes something: then the request must prove that one of our own pages sent it.
  package var changesState: Bool { method != .get }
}
