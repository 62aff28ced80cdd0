extension AuditEntry {
  /// What was done or asked for. The raw values are in the log for good: one is never renamed.
  package enum Action: String, Sendable, CaseIterable {
    // The vault as a whole.
    case initialise, open, close, seal, unseal
    case unsealShare = "unseal-share"
    case backup, restore, clock, alarm, witness
    // What services receive.
    case releaseSessionKey = "release-session-key"
    case releaseRecordKey = "release-record-key"
    case admitSession = "admit-session"
    // Devices and their keys.
    case createClaim = "create-claim"
    case revokeClaim = "revoke-claim"
    case enrol
    case requestRotation = "request-rotation"
    case rotate
    case rotateTenant = "rotate-tenant"
    case rotateRoot = "rotate-root"
    case rewrap, suspend, resume, deactivate, revoke, reinstate
    case confirmRevocation = "confirm-revocation"
    case reportCompromise = "report-compromise"
    case scheduleDestruction = "schedule-destruction"
    case cancelDestruction = "cancel-destruction"
    case legalHold = "legal-hold"
    case releaseHold = "release-hold"
    case destroy
    // Two people.
    case propose, approve, withdraw
    case addPerson = "add-person"
    case removePerson = "remove-person"
    // Who may what.
    case addGrant = "add-grant"
    case removeGrant = "remove-grant"
    case issueCertificate = "issue-certificate"
    case access
    // Reading.
    case readAudit = "read-audit"
    case exportAudit = "export-audit"
    case readInventory = "read-inventory"
    case prove
    // A report that somebody drew up elsewhere: its hash.
    case report
  }

  /// Whether it happened.
  package enum Outcome: String, Sendable, CaseIterable {
    case done, refused
  }
}
