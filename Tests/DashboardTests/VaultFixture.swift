import Crypto
import Foundation
import KeyVault
import KeyVaultClient
import Logging
import Sealing
import SwiftASN1
import Wire
import X509

/// A real vault on a free port in a directory of its own, and the dashboard's own identity at it.
struct VaultFixture: Sendable {
  let authority: KeyAuthority
  /// As `svc.dashboard`.
  let dashboard: VaultOperator

  static func with(_ body: (VaultFixture) async throws -> Void) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "vault-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try RootKeySource.createKeyFile(path: directory + "/root.key")
    let authority = try KeyAuthority.create(
      directory: directory + "/vault", root: .keyFile(path: directory + "/root.key"))
    try authority.provision(directory: directory + "/credentials", allowsDisk: true)
    let server = try VaultServer(
      door: VaultDoor(opened: authority), serviceAddress: .init(host: "127.0.0.1", port: 0),
      enrolmentAddress: .init(host: "127.0.0.1", port: 0),
      logger: Logger(label: "vault", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.run() }
      let ports = await server.ports()
      let dashboard = try VaultOperator(
        VaultClientConfiguration(
          url: "https://localhost:\(ports.service)", credentials: directory + "/credentials/svc.dashboard"))
      let result = await Result { try await body(VaultFixture(authority: authority, dashboard: dashboard)) }
      await dashboard.close()
      group.cancelAll()
      // The server ends by cancellation: its error says so, and nothing else.
      do { try await group.waitForAll() } catch is CancellationError {}
      try result.get()
    }
  }

  /// Enrols a device as its firmware would (`docs/wire-format.md`).
  func enrol(_ device: DeviceID) throws {
    let claim = try authority.createClaim(for: device, actor: "svc.operator")
    let request = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName { CommonName(device.name) },
      privateKey: Certificate.PrivateKey(P256.Signing.PrivateKey()), attributes: .init(),
      signatureAlgorithm: .ecdsaWithSHA256)
    var serializer = DER.Serializer()
    try serializer.serialize(request)
    var plaintext = CBORWriter()
    plaintext.beginArray(4)
    plaintext.write(text: device.name)
    plaintext.write(bytes: [UInt8](hex: claim.token) ?? [])
    plaintext.write(bytes: try SecureRandom.bytes(32))
    plaintext.write(bytes: serializer.serializedBytes)
    var sender = try HPKE.Sender(
      recipientKey: P256.KeyAgreement.PublicKey(x963Representation: authority.enrolmentPublicKey),
      ciphersuite: .P256_SHA256_AES_GCM_256, info: Data("SealedBeat/1 enrol".utf8))
    let ciphertext = try sender.seal(plaintext.bytes)
    var message = CBORWriter()
    message.beginArray(3)
    message.write(1)
    message.write(bytes: sender.encapsulatedKey)
    message.write(bytes: ciphertext)
    _ = try authority.enrol(message: message.bytes)
  }
}

extension Result where Failure == any Error {
  init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
