internal import Store

/// A code of a terminology, with its words there.
struct AuditCoding: Hashable, Sendable {
  let system: String
  let code: String
  let display: String?

  /// The DICOM controlled terminology, DICOM PS3.16 annex D; event types are its context groups 400 to 403.
  static func dicom(_ code: String, _ display: String) -> AuditCoding {
    AuditCoding(system: "http://dicom.nema.org/resources/ontology/DCM", code: code, display: display)
  }

  /// FHIR's interactions.
  static func interaction(_ code: String) -> AuditCoding {
    AuditCoding(system: "http://hl7.org/fhir/restful-interaction", code: code, display: code)
  }

  /// What we call it.
  static func own(_ source: AuditDeed.Source, _ code: String) -> AuditCoding {
    AuditCoding(system: "urn:sealedbeat:\(source.rawValue)-event", code: code, display: nil)
  }

  static let activity = dicom("110100", "Application Activity")
  static let logUsed = dicom("110101", "Audit Log Used")
  static let export = dicom("110106", "Export")
  static let patientRecord = dicom("110110", "Patient Record")
  static let securityAlert = dicom("110113", "Security Alert")
  static let authentication = dicom("110114", "User Authentication")

  static let start = dicom("110120", "Application Start")
  static let stop = dicom("110121", "Application Stop")
  static let login = dicom("110122", "Login")
  static let logout = dicom("110123", "Logout")
  static let overrideStarted = dicom("110127", "Emergency Override Started")
  static let overrideStopped = dicom("110138", "Emergency Override Stopped")
  static let configuration = dicom("110129", "Security Configuration")
  static let objectSecurity = dicom("110135", "Object Security Attributes Changed")
  static let roles = dicom("110136", "Security Roles Changed")
  static let userSecurity = dicom("110137", "User security Attributes Changed")

  /// What may be searched for: the code alone, or with its system.
  func matches(_ term: String) -> Bool { term == code || term == "\(system)|\(code)" }
}

/// What a deed is in the words of standards: type, subtypes, action (FHIR audit-event-action) and outcome (audit-event-outcome).
struct AuditClass: Hashable, Sendable {
  /// The type of the event.
  let type: AuditCoding
  /// Its kinds, ours last.
  let subtypes: [AuditCoding]
  /// `C`, `R`, `U`, `D` or `E`.
  let action: String
  /// `0` success, `4` minor failure.
  var outcome = "0"

  init(_ deed: AuditDeed) {
    let source = deed.source
    switch deed.what {
    case .opened:
      self.init(.securityAlert, [.overrideStarted, .own(source, "opened")], "E")
    case .ended(let access):
      self.init(.securityAlert, [.overrideStopped, .own(source, access.endedBy == nil ? "expired" : "ended")], "E")
    case .viewed(let view):
      let own = view.kind == .chart ? "viewed" : "\(view.kind.rawValue)-viewed"
      self.init(.patientRecord, [.interaction("read"), .own(source, own)], "R")
    case .chart(let event):
      let own = AuditCoding.own(source, event.kind.rawValue)
      switch event.kind {
      case .export: self.init(.export, [own], "R")
      case .note, .label: self.init(.patientRecord, [.interaction("create"), own], "C")
      }
    case .alert(let deed, _):
      self.init(.patientRecord, [.interaction("update"), .own(source, deed.event.kind.rawValue)], "U")
    case .account(let event): self.init(event, .own(source, event.kind.rawValue))
    case .vault(let entry): self.init(entry, .own(source, entry.action))
    }
  }

  private init(_ type: AuditCoding, _ subtypes: [AuditCoding], _ action: String, outcome: String = "0") {
    self.type = type
    self.subtypes = subtypes
    self.action = action
    self.outcome = outcome
  }

  private init(_ event: AccountEvent, _ own: AuditCoding) {
    switch event.kind {
    case .signedIn, .recoveryCodeUsed: self.init(.authentication, [.login, own], "E")
    case .signInFailed: self.init(.authentication, [.login, own], "E", outcome: "4")
    case .signedOut, .signInsEnded: self.init(.authentication, [.logout, own], "E")
    case .lockedOut, .passkeyCounterBack: self.init(.securityAlert, [.userSecurity, own], "U", outcome: "4")
    case .accountAdded, .accountProvided, .secondFactorAdded, .passkeyAdded, .tokenAdded:
      self.init(.securityAlert, [.userSecurity, own], "C")
    case .secondFactorRemoved, .secondFactorReset, .passkeyRemoved, .tokenRevoked:
      self.init(.securityAlert, [.userSecurity, own], "D")
    case .passwordChanged, .passwordSet, .recoveryCodesReplaced, .accountDisabled, .accountEnabled:
      self.init(.securityAlert, [.userSecurity, own], "U")
    case .allPatientsOpened, .allPatientsClosed, .patientAssigned, .patientUnassigned, .groupAssigned, .groupUnassigned,
      .groupJoined, .groupLeft:
      self.init(.securityAlert, [.roles, own], "U")
    case .groupRemoved: self.init(.securityAlert, [.roles, own], "D")
    case .reportDrawn: self.init(.logUsed, [own], "R")
    }
  }

  private init(_ entry: KeyDesk.AuditEntry, _ own: AuditCoding) {
    let outcome = entry.outcome == "done" ? "0" : "4"
    switch entry.action {
    case "read-audit", "export-audit", "prove": self.init(.logUsed, [own], "R", outcome: outcome)
    case "read-inventory": self.init(.activity, [own], "R", outcome: outcome)
    case "open", "unseal": self.init(.activity, [.start, own], "E", outcome: outcome)
    case "close", "seal": self.init(.activity, [.stop, own], "E", outcome: outcome)
    case "add-grant", "remove-grant", "add-person", "remove-person", "access", "issue-certificate":
      self.init(.securityAlert, [.configuration, own], "U", outcome: outcome)
    case "suspend", "resume", "deactivate", "revoke", "reinstate", "report-compromise", "schedule-destruction",
      "cancel-destruction", "legal-hold", "release-hold", "destroy":
      self.init(.securityAlert, [.objectSecurity, own], "U", outcome: outcome)
    default: self.init(.activity, [own], "E", outcome: outcome)
    }
  }

  /// Types that stand in a record: one that can hold nothing of what is asked for is not read.
  static func types(in source: AuditDeed.Source) -> Set<AuditCoding> {
    switch source {
    case .vault: [.activity, .logUsed, .securityAlert]
    case .account: [.authentication, .securityAlert, .logUsed]
    case .opening, .ending: [.securityAlert]
    case .chart: [.export, .patientRecord]
    case .view, .alert: [.patientRecord]
    }
  }
}
