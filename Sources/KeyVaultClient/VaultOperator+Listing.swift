package import Wire

extension VaultOperator {
  /// What may be read about keys, as the JSON that the vault answers.
  package enum Listing: Sendable {
    /// Grants.
    case grants
    /// Up to 1,000 devices and their keys, after a name.
    case devices(after: String)
    /// One device and its keys.
    case device(DeviceID)
    /// Every move of a key's life; of all keys of a device where the id is `device/NAME`.
    case history(key: String)
    /// What the compromised keys of a device expose.
    case compromise(DeviceID)
    /// The certificate of a device's destruction.
    case certificate(DeviceID)
    /// Claims that could be used now.
    case claims
    /// Proposals.
    case proposals
    /// Destructions.
    case destructions
    /// Legal holds.
    case holds
    /// Persons.
    case people
    /// The certificate of a person.
    case personCertificate(String)
    /// How far a rewrap is.
    case rewrap
    /// What opens backups together with the root.
    case recovery
    /// Up to 1,000 audit entries, from a number.
    case audit(from: UInt64)
    /// Whether the audit log is whole.
    case auditVerification
    /// The overview.
    case report
    /// Whether the vault is sealed; the one listing that a sealed vault gives.
    case status

    var path: String {
      switch self {
      case .grants: "/v1/grants"
      case .devices(let name): "/v1/devices?after=\(name)"
      case .device(let device): "/v1/devices/\(device)"
      case .history(let key): "/v1/history?key=\(VaultOperator.escaped(key))"
      case .compromise(let device): "/v1/devices/\(device)/compromise"
      case .certificate(let device): "/v1/devices/\(device)/destruction/certificate"
      case .claims: "/v1/claims"
      case .proposals: "/v1/proposals"
      case .destructions: "/v1/destructions"
      case .holds: "/v1/holds"
      case .people: "/v1/people"
      case .personCertificate(let name): "/v1/people/\(VaultOperator.escaped(name))/certificate"
      case .rewrap: "/v1/rewrap"
      case .recovery: "/v1/recovery"
      case .audit(let first): "/v1/audit?from=\(first)"
      case .auditVerification: "/v1/audit/verification"
      case .report: "/v1/report"
      case .status: "/v1/status"
      }
    }
  }
}
