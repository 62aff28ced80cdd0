internal import Wire

struct ClaimRequest: Decodable, Sendable {
  let device: DeviceID
  let lifeSeconds: UInt64?
}

struct ClaimAnswer: Encodable {
  let claim: Claim
  let hpkePublicKey: String
  let caPEM: String
}

struct ReasonRequest: Decodable, Sendable {
  let reason: String
}

struct CompromiseRequest: Decodable, Sendable {
  let version: UInt32?
  let reason: String
}

struct DestructionRequest: Decodable, Sendable {
  let days: Int?
  let reason: String
}

struct PersonAsked: Decodable, Sendable {
  let name: String
  let role: PersonRole
  let request: String
  let reason: String
}

struct PersonAnswer: Encodable {
  let certificatePEM: String?
  let proposal: Proposal?
}

struct CertificateAnswer: Encodable {
  let certificatePEM: String
}

struct GrantRequest: Decodable, Sendable {
  let service: String
  let device: DeviceID?
  let purpose: GrantPurpose
  let expires: UInt64?
}

struct VersionAnswer: Encodable {
  let device: DeviceID
  let version: KeyVersion
}

struct TenantKeyAnswer: Encodable {
  let version: UInt32
}

struct VerificationAnswer: Encodable {
  let isWhole: Bool
  let count: UInt64?
  let head: String?
  let finding: String?
}

struct Done: Encodable {
  let done = true
}

/// An audit entry as JSON.
struct AuditLine: Encodable {
  let sequence: UInt64
  let time: UInt64
  let actor: String
  let action: String
  let outcome: String
  let object: String
  let purpose: String
  let reason: String

  init(_ entry: AuditEntry) {
    sequence = entry.sequence
    time = entry.time
    actor = entry.actor
    action = entry.action.rawValue
    outcome = entry.outcome.rawValue
    object = entry.object
    purpose = entry.purpose
    reason = entry.reason
  }
}
