import Crypto
import Foundation
import KeyVault
import Sealing
import SwiftASN1
import Wire
import X509

/// A device as the vault sees it: keys, requests, and its certificate once it has one.
final class TestDevice {
  let id: DeviceID
  var dataKey: [UInt8]
  let identity = P256.Signing.PrivateKey()
  var certificate: [UInt8] = []

  init(_ name: String) throws {
    guard let id = DeviceID(name) else { throw VaultError(.badRequest, "not a device id") }
    self.id = id
    dataKey = try SecureRandom.bytes(32)
  }

  /// A certificate request for `name`, by default its own.
  func certificateRequest(name: String? = nil) throws -> [UInt8] {
    let request = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName { CommonName(name ?? id.name) },
      privateKey: Certificate.PrivateKey(identity), attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    return serializer.serializedBytes
  }

  /// The plaintext of an enrolment.
  func enrolment(token: String, request: [UInt8]? = nil) throws -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(4)
    writer.write(text: id.name)
    writer.write(bytes: [UInt8](hex: token) ?? [])
    writer.write(bytes: dataKey)
    writer.write(bytes: try request ?? certificateRequest())
    return writer.bytes
  }

  /// The plaintext of a rotation.
  static func rotation(version: UInt64, key: [UInt8]) -> [UInt8] {
    var writer = CBORWriter()
    writer.beginArray(2)
    writer.write(version)
    writer.write(bytes: key)
    return writer.bytes
  }

  /// `[1, enc, ciphertext]`.
  static func seal(
    _ plaintext: [UInt8], to publicKey: [UInt8], info: String, additionalData: [UInt8] = []
  ) throws -> [UInt8] {
    let key = try P256.KeyAgreement.PublicKey(x963Representation: publicKey)
    var sender = try HPKE.Sender(
      recipientKey: key, ciphersuite: .P256_SHA256_AES_GCM_256, info: Data(info.utf8))
    let ciphertext = try sender.seal(plaintext, authenticating: additionalData)
    var writer = CBORWriter()
    writer.beginArray(3)
    writer.write(1)
    writer.write(bytes: sender.encapsulatedKey)
    writer.write(bytes: ciphertext)
    return writer.bytes
  }

  /// Enrols without a network.
  @discardableResult
  func enrol(in authority: KeyAuthority) throws -> Enrolment {
    let claim = try authority.createClaim(for: id, actor: "svc.operator")
    let enrolment = try authority.enrol(
      message: Self.seal(enrolment(token: claim.token), to: authority.enrolmentPublicKey, info: "SealedBeat/1 enrol"))
    certificate = enrolment.certificate
    return enrolment
  }

  /// Rotates without a network.
  func rotate(in authority: KeyAuthority, version: UInt64, key: [UInt8]) throws -> KeyVersion {
    let serial = try Array(Certificate(derEncoded: certificate).serialNumber.bytes)
    return try authority.rotate(
      message: Self.seal(
        Self.rotation(version: version, key: key), to: authority.enrolmentPublicKey, info: "SealedBeat/1 rotate",
        additionalData: Array(id.name.utf8)), device: id, serial: serial)
  }

  /// Writes the device's identity as a client of the service listener reads it.
  func writeIdentity(to directory: String, authorityPEM: String) throws {
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    try Certificate(derEncoded: certificate).serializeAsPEM().pemString
      .write(toFile: directory + "/identity.pem", atomically: true, encoding: .utf8)
    try identity.pemRepresentation.write(toFile: directory + "/identity.key", atomically: true, encoding: .utf8)
    try authorityPEM.write(toFile: directory + "/service-ca.pem", atomically: true, encoding: .utf8)
  }
}

/// A session of a device, and what it would ask for.
struct TestSession: Sendable {
  let device: DeviceID
  let session: SessionID
  let iv: SessionIV

  init(_ device: DeviceID, session: SessionID, iv: SessionIV) {
    self.device = device
    self.session = session
    self.iv = iv
  }

  init(_ device: DeviceID) throws {
    self.device = device
    // A random array of the right size is always a session id and an IV.
    session = SessionID(try SecureRandom.bytes(16))!
    iv = SessionIV(try SecureRandom.bytes(12))!
  }

  func request(version: UInt32 = 1, _ purposes: [SessionKeyPurpose] = [.session]) -> ReleaseRequest {
    ReleaseRequest(
      device: device, session: session, iv: iv, version: KeyVersion(rawValue: version), purposes: purposes)
  }

  /// What the device itself derives.
  func key(from dataKey: [UInt8], _ purpose: SessionKeyPurpose = .session) throws -> SessionKey {
    try SessionKey(
      deviceKey: SecretBytes(copying: dataKey), device: device, session: session, iv: iv, purpose: purpose)
  }
}
