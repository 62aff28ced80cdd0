internal import Foundation
internal import GRDB
internal import Sealing
package import Wire
internal import X509

/// What a device gets for its enrolment.
package struct Enrolment: Sendable {
  /// Who enrolled.
  package let device: DeviceID
  /// Version of its data key.
  package let version: KeyVersion
  /// Its certificate, DER.
  package let certificate: [UInt8]
  /// Certificate of the device CA, DER.
  package let issuer: [UInt8]

  /// `[1, key version, certificate, issuer]`.
  package var encoded: [UInt8] {
    var writer = CBORWriter(reservingCapacity: certificate.count + issuer.count + 32)
    writer.beginArray(4)
    writer.write(1)
    writer.write(UInt64(version.rawValue))
    writer.write(bytes: certificate)
    writer.write(bytes: issuer)
    return writer.bytes
  }
}

extension KeyAuthority {
  private static let enrolmentActor = "enrolment"

  /// Takes a device's first data key and certificate request, sealed with HPKE, against a one-time claim.
  ///
  /// The very same request again answers the same, so that a lost answer harms nothing; any other use of a used claim is
  /// refused. An enrolled device that enrols again gets the next version; its old certificate is void.
  package func enrol(message: [UInt8]) throws -> Enrolment {
    let request: EnrolmentRequest
    do throws(VaultError) {
      request = try EnrolmentRequest(
        decoding: keys.enrolment.open(message: message, purpose: .enrol, additionalData: []))
    } catch {
      // One entry a failure: the listener limits how many an address may cause.
      try recordRefusal(.enrol, actor: Self.enrolmentActor, object: "device", reason: error.code.rawValue)
      throw error
    }
    return try commit(actor: Self.enrolmentActor) { database, audit in
      let object = "device/\(request.device)"
      func refuse(_ error: VaultError, _ reason: String) throws -> Decision<Enrolment> {
        try audit.append(.enrol, .refused, object: object, reason: reason)
        return .refused(error)
      }
      let claimRefused = VaultError(.claimRefused, "the claim is unknown, used, expired or revoked")
      guard
        let claim = try Row.fetchOne(
          database, sql: "SELECT * FROM claim WHERE token_hash = ?", arguments: [Data(request.tokenHash)])
      else { return try refuse(claimRefused, "claim unknown") }
      if (claim["device"] as String) == request.device.name,
        let flaw = try enrolmentFlaw(of: request.device, isClaimUsed: (claim["used"] as Int64?) != nil, database)
      {
        return try refuse(VaultError(.deviceRevoked, "\(request.device) is revoked: it was not reinstated"), flaw)
      }
      if (claim["used"] as Int64?) != nil, (claim["used_digest"] as Data?) == Data(request.digest),
        (claim["device"] as String) == request.device.name,
        let earlier = try earlierEnrolment(of: request.device, database)
      {
        try audit.append(.enrol, object: object, reason: "repeated answer to the same request")
        return .done(earlier)
      }
      if let flaw = flaw(of: claim, device: request.device) { return try refuse(claimRefused, flaw) }
      let checked: DeviceCertificateRequest
      do throws(VaultError) {
        checked = try DeviceCertificateRequest(validating: request.certificateRequest[...], device: request.device)
      } catch {
        return try refuse(error, error.code.rawValue)
      }
      return .done(try admit(request, checked, claim: claim["id"], database, &audit))
    }
  }

  private func admit(
    _ request: EnrolmentRequest, _ checked: DeviceCertificateRequest, claim: Int64, _ database: Database,
    _ audit: inout AuditAppender
  ) throws -> Enrolment {
    let now = clock()
    let time = Int64(bitPattern: now.unixMicroseconds)
    let certificate = try keys.deviceAuthority.issue(
      commonName: request.device.name, publicKey: checked.publicKey, usages: [.clientAuth],
      lifetime: CertificateAuthority.deviceLifetime, now: now)
    let encoded = try certificate.derBytes
    try database.execute(
      sql: """
        INSERT INTO device (name, enrolled, serial, certificate, expires, access_revision) VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT (name) DO UPDATE SET enrolled = excluded.enrolled, serial = excluded.serial,
          certificate = excluded.certificate, expires = excluded.expires, identity = identity + 1, pending = NULL,
          revoked = NULL, reinstated = NULL, access_revision = excluded.access_revision
        """,
      arguments: [
        request.device.name, time, Data(certificate.serialNumber.bytes), Data(encoded),
        Int64(bitPattern: certificate.notValidAfter.unixMicroseconds), try nextAccessRevision(database),
      ])
    let version = try nextVersion(of: request.device, database)
    let change = KeyChange(actor: Self.enrolmentActor, reason: "enrolment", time: now.unixMicroseconds)
    try install(request.dataKey, of: request.device, as: version, change, database)
    try count(.enrolment, version: 1, database)
    try count(.deviceAuthority, version: 1, database)
    try database.execute(
      sql: "UPDATE claim SET used = ?, used_digest = ? WHERE id = ?", arguments: [time, Data(request.digest), claim])
    try audit.append(
      .enrol, object: "device/\(request.device)/\(version)",
      reason: "claim \(claim), certificate \(certificate.serialNumber.bytes.hex)")
    return Enrolment(
      device: request.device, version: version, certificate: encoded, issuer: keys.deviceAuthority.encoded)
  }

  private func earlierEnrolment(of device: DeviceID, _ database: Database) throws -> Enrolment? {
    guard
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT certificate, (SELECT MAX(version) FROM device_key WHERE device = name) AS version
          FROM device WHERE name = ?
          """, arguments: [device.name]), let version = row["version"] as Int64?
    else { return nil }
    return Enrolment(
      device: device, version: KeyVersion(rawValue: UInt32(truncatingIfNeeded: version)),
      certificate: Array(row["certificate"] as Data), issuer: keys.deviceAuthority.encoded)
  }
}
