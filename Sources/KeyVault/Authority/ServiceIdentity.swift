internal import Crypto
internal import Foundation
internal import GRDB
package import Wire
internal import X509

/// A certificate with its private key: who a service is, made new at every provisioning.
package struct ServiceIdentity: Sendable {
  /// PEM of the certificate.
  package let certificatePEM: String
  /// PEM (PKCS#8) of the private key: a secret.
  package let privateKeyPEM: String
  /// DER of the certificate.
  package let certificate: [UInt8]
}

extension KeyAuthority {
  /// Common name of the vault's own listeners.
  package static let vaultIdentity = "svc.vault"

  /// Makes a service's identity: client and server authentication.
  /// - Parameter hosts: names and addresses beside `localhost`.
  package func issueIdentity(
    for service: ServiceID, hosts: [String] = [], actor: String = "local"
  ) throws -> ServiceIdentity {
    try issueIdentity(
      commonName: service.rawValue, usages: [.clientAuth, .serverAuth], hosts: hosts, actor: actor)
  }

  /// Makes the identity of a server that is no service of ours (mosquitto, the pages' HTTPS): server authentication alone,
  /// and a common name that is no service's.
  package func issueServerIdentity(
    named name: String, hosts: [String] = [], actor: String = "local"
  ) throws -> ServiceIdentity {
    guard ServiceID(rawValue: name) == nil || name == Self.vaultIdentity else {
      throw VaultError(.badRequest, "\(name) is a service's name")
    }
    return try issueIdentity(commonName: name, usages: [.serverAuth], hosts: hosts, actor: actor)
  }

  private func issueIdentity(
    commonName: String, usages: [ExtendedKeyUsage.Usage], hosts: [String], actor: String
  ) throws -> ServiceIdentity {
    let names = try hosts.map { host in
      guard let name = CertificateHost(host) else {
        throw VaultError(.badRequest, "\(host) is neither a host name nor an address")
      }
      return name
    }
    let now = clock()
    let key = P256.Signing.PrivateKey()
    let certificate = try keys.serviceAuthority.issue(
      commonName: commonName, publicKey: Certificate.PublicKey(key.publicKey), usages: usages,
      hosts: CertificateHost.local + names.filter { !CertificateHost.local.contains($0) },
      lifetime: CertificateAuthority.serviceLifetime, now: now)
    try commit(actor: actor) { database, audit -> Decision<Void> in
      try database.execute(
        sql: "UPDATE service_certificate SET replaced = ? WHERE service = ? AND replaced IS NULL",
        arguments: [Int64(bitPattern: now.unixMicroseconds), commonName])
      try database.execute(
        sql: "INSERT INTO service_certificate (serial, service, issued, expires) VALUES (?, ?, ?, ?)",
        arguments: [
          Data(certificate.serialNumber.bytes), commonName, Int64(bitPattern: now.unixMicroseconds),
          Int64(bitPattern: certificate.notValidAfter.unixMicroseconds),
        ])
      try count(.serviceAuthority, version: 1, database)
      try audit.append(
        .issueCertificate, object: "service/\(commonName)", reason: "certificate \(certificate.serialNumber.bytes.hex)")
      return .done(())
    }
    return ServiceIdentity(
      certificatePEM: try certificate.pemText, privateKeyPEM: key.pemRepresentation + "\n",
      certificate: try certificate.derBytes)
  }
}

extension KeyAuthority {
  /// Whether a service's certificate is its latest one: an earlier one opens nothing here any more.
  func isCurrent(_ service: ServiceID, serial: [UInt8]) throws -> Bool {
    try read {
      try Bool.fetchOne(
        $0,
        sql: "SELECT EXISTS (SELECT 1 FROM service_certificate WHERE serial = ? AND service = ? AND replaced IS NULL)",
        arguments: [Data(serial), service.rawValue])
    } ?? false
  }
}
