public import Store

/// Which patients an account may see: the one place where that is decided. Whoever reads a patient's signal, values, alerts or
/// name for somebody asks a scope first.
public enum PatientScope: Hashable, Sendable {
  /// Every patient, those to come included.
  case all
  /// These.
  case only(Set<Pseudonym>)

  /// What an account may see now: only clinicians see patients.
  /// - Parameters:
  ///   - account: The account.
  ///   - care: What the store knows of it (`RegistryStore.care(of:)`); other accounts' assignments are passed over.
  ///   - emergencies: Accesses beyond the assignment; others' and those not in force are passed over.
  ///   - now: Unix microseconds.
  init(_ account: AccountRecord, care: [CareAssignment], emergencies: [EmergencyAccess], now: UnixMicroseconds) {
    switch (account.role, account.isDisabled, account.seesAllPatients) {
    case (.clinician, false, true): self = .all
    case (.clinician, false, false):
      let opened = emergencies.lazy.filter { $0.account == account.name && $0.isInForce(at: now) }.map(\.pseudonym)
      self = .only(
        Set(care.lazy.filter { $0.account == account.name }.map(\.pseudonym)).union(opened))
    case (.clinician, true, _), (.administrator, _, _), (.auditor, _, _): self = .nobody
    }
  }

  /// Nobody.
  static let nobody = PatientScope.only([])

  /// Whether a patient may be seen. `nil` stands for what no present patient's is: only who sees all sees it.
  func includes(_ patient: Pseudonym?) -> Bool {
    switch self {
    case .all: true
    case .only(let patients): patient.map(patients.contains) ?? false
    }
  }
}
