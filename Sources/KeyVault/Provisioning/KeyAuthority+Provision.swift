internal import Foundation
internal import Sealing
internal import Wire

extension KeyAuthority {
  /// The services that get an identity.
  static let services: [ServiceID] = [
    .broker, .gatekeeper, .decryptor, .notifier, .dashboard, .retention, .operatorConsole,
  ]

  /// What each service may receive at first, of all devices. The broker, the gatekeeper, the
  /// retention service and the operator may receive nothing.
  static let firstGrants: [(service: ServiceID, purpose: GrantPurpose)] = [
    (.decryptor, .session), (.decryptor, .findings), (.notifier, .findings), (.dashboard, .session),
    (.dashboard, .findings), (.dashboard, .patients), (.dashboard, .people),
    (.dashboard, .plans), (.notifier, .plans),
  ]

  /// Issues new identities to all services, mosquitto and the pages' HTTPS, and writes each to a directory of its own
  /// that its owner alone may enter. The first time, it also makes the first grants.
  ///
  /// - Parameters:
  ///   - directory: must lie in memory (tmpfs, ramfs), since private keys are written to it.
  ///   - hosts: names and addresses beside `localhost`.
  ///   - allowsDisk: writes to a disk all the same.
  package func provision(directory: String, hosts: [String] = [], allowsDisk: Bool = false) throws {
    try PrivateFile.makeDirectory(directory)
    guard allowsDisk || MemoryFileSystem.holds(directory) else {
      throw VaultError(
        .notInMemory,
        "\(directory) does not lie in memory (tmpfs): private keys would reach the disk; choose one under /run or /dev/shm"
      )
    }
    for service in Self.services {
      try write(issueIdentity(for: service, hosts: hosts), to: "\(directory)/\(service)")
    }
    try write(
      issueServerIdentity(named: Self.vaultIdentity, hosts: hosts), to: "\(directory)/\(Self.vaultIdentity)")
    let mosquitto = "\(directory)/mosquitto"
    let server = try issueServerIdentity(named: "mosquitto", hosts: hosts)
    try PrivateFile.makeDirectory(mosquitto)
    try PrivateFile.replace("\(mosquitto)/server.pem", text: server.certificatePEM)
    try PrivateFile.replace("\(mosquitto)/server.key", text: server.privateKeyPEM)
    // Devices, the broker and the gatekeeper sign in to mosquitto.
    try PrivateFile.replace("\(mosquitto)/clients-ca.pem", text: deviceAuthorityPEM + serviceAuthorityPEM)
    let https = "\(directory)/https"
    let pages = try issueServerIdentity(named: "dashboard", hosts: hosts)
    try PrivateFile.makeDirectory(https)
    try PrivateFile.replace("\(https)/identity.pem", text: pages.certificatePEM)
    try PrivateFile.replace("\(https)/identity.key", text: pages.privateKeyPEM)
    try PrivateFile.replace("\(https)/service-ca.pem", text: serviceAuthorityPEM)
    try makeFirstGrants()
  }

  private func write(_ identity: ServiceIdentity, to directory: String) throws {
    try PrivateFile.makeDirectory(directory)
    try PrivateFile.replace("\(directory)/identity.pem", text: identity.certificatePEM)
    try PrivateFile.replace("\(directory)/identity.key", text: identity.privateKeyPEM)
    try PrivateFile.replace("\(directory)/service-ca.pem", text: serviceAuthorityPEM)
    try PrivateFile.replace("\(directory)/device-ca.pem", text: deviceAuthorityPEM)
    try PrivateFile.replace("\(directory)/audit-key.hex", text: auditPublicKey.hex + "\n")
  }

  /// Once in a vault's life: a grant that an operator took away stays away.
  private func makeFirstGrants() throws {
    guard try !hasFirstGrants() else { return }
    for (service, purpose) in Self.firstGrants {
      _ = try addGrant(service, device: nil, purpose: purpose, actor: "local")
    }
    try rememberFirstGrants()
  }
}
