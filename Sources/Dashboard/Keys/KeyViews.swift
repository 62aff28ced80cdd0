internal import KeyVaultClient
package import Store
package import Wire

/// A claim that was just made. Its token is shown this one time.
struct ClaimView: Encodable, Sendable {
  let id: Int64
  let device: DeviceID
  let expiresMs: UInt64
  let token: String
  /// The token as a picture, for what reads it with a camera.
  let qr: QRCode?
  /// The file that is carried to the device, as `sealedbeat vault claim` writes it; absent where the dashboard does not know the addresses.
  let bundle: ProvisioningBundle?

  init(_ answer: VaultOperator.ClaimAnswer, addresses: DeviceAddresses?) {
    id = answer.claim.id
    device = answer.claim.device
    expiresMs = answer.claim.expires / 1000
    token = answer.claim.token
    qr = QRCode(answer.claim.token)
    bundle = addresses.map {
      ProvisioningBundle(
        device: answer.claim.device, claimToken: answer.claim.token, enrolURL: $0.enrolURL, serviceURL: $0.serviceURL,
        caPEM: answer.caPEM, hpkePublicKey: answer.hpkePublicKey, mqttHost: $0.mqttHost, mqttPort: $0.mqttPort)
    }
  }
}

/// What compromised keys expose: every session and chunk in the store that they open.
package struct ExposureView: Encodable, Sendable {
  /// What the vault knows.
  package struct Report: Decodable, Sendable {
    struct Session: Decodable, Sendable {
      let session: String
      let first: UInt64
    }

    /// Whose keys.
    package let device: DeviceID
    let versions: [UInt32]
    let reported: UInt64
    let sessions: [Session]
    let nextVersion: UInt32?
  }

  struct Session: Encodable, Sendable {
    let session: String
    let keyVersion: UInt32
    let chunks: Int
    let firstReceivedMs: UInt64
    let lastReceivedMs: UInt64
    /// When its keys were first asked for; absent if nobody ever did.
    let keysFirstReleasedMs: UInt64?
  }

  let device: DeviceID
  let versions: [UInt32]
  let reportedMs: UInt64
  let nextVersion: UInt32?
  let chunks: Int
  let sessions: [Session]

  /// - Parameters:
  ///   - report: As the vault answers.
  ///   - records: All sessions of the device.
  package init(_ report: Report, sessions records: [SessionRecord]) {
    let versions = Set(report.versions)
    let released = Dictionary(
      report.sessions.map { ($0.session, $0.first) }, uniquingKeysWith: { first, second in min(first, second) })
    sessions = records.filter { versions.contains($0.keyVersion.rawValue) }.map { record in
      let name = record.reference.session.description
      return Session(
        session: name, keyVersion: record.keyVersion.rawValue, chunks: record.chunkCount,
        firstReceivedMs: record.firstReceivedAt / 1000, lastReceivedMs: record.lastReceivedAt / 1000,
        keysFirstReleasedMs: released[name].map { $0 / 1000 })
    }
    device = report.device
    self.versions = report.versions
    reportedMs = report.reported / 1000
    nextVersion = report.nextVersion
    chunks = sessions.reduce(0) { $0 + $1.chunks }
  }
}
