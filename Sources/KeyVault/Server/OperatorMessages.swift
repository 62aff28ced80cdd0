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

struct SessionAdmission: Decodable, Sendable {
  /// 16 bytes, hexadecimal.
  let session: String
  /// 12 bytes, hexadecimal.
  let iv: String
  let version: UInt32
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

struct Done: Encodable {
  let done = true
}
