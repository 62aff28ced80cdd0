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

struct Done: Encodable {
  let done = true
}
