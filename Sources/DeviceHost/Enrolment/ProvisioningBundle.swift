import Foundation
public import Wire

/// What a new device is given before its first boot: where to enrol, and the one-time token that claims its name.
/// The vault writes it; the token is worth nothing once it has been used.
public struct ProvisioningBundle: Sendable, Codable {
  /// 1.
  public var version: Int
  /// The device's name.
  public var device: DeviceID
  /// 32 octets in hexadecimal.
  public var claimToken: String
  /// Where to enrol: the base of `/v1/enrol`.
  public var enrolURL: String
  /// Where to rotate a key: the base of `/v1/rotate`.
  public var serviceURL: String
  /// The certificates that may have issued the servers', in PEM.
  public var caPEM: String
  /// The vault's HPKE public key, an uncompressed P-256 point in hexadecimal.
  public var hpkePublicKey: String
  /// The MQTT server.
  public var mqttHost: String
  /// Its port.
  public var mqttPort: UInt16

  /// A bundle of version 1.
  public init(
    device: DeviceID, claimToken: String, enrolURL: String, serviceURL: String, caPEM: String, hpkePublicKey: String,
    mqttHost: String, mqttPort: UInt16
  ) {
    version = 1
    self.device = device
    self.claimToken = claimToken
    self.enrolURL = enrolURL
    self.serviceURL = serviceURL
    self.caPEM = caPEM
    self.hpkePublicKey = hpkePublicKey
    self.mqttHost = mqttHost
    self.mqttPort = mqttPort
  }

  /// Reads a bundle from its file.
  public init(file path: String) throws(DeviceError) {
    guard let bytes = try FileSystem.read(path, limit: 256 << 10) else {
      throw DeviceError(.invalidInput, "there is no provisioning bundle at \(path)")
    }
    do {
      self = try JSONDecoder().decode(ProvisioningBundle.self, from: Data(bytes))
    } catch {
      // The error's own text could quote the token.
      throw DeviceError(.invalidInput, "\(path) is not a provisioning bundle")
    }
    guard version == 1 else { throw DeviceError(.invalidInput, "\(path): version \(version) is unknown") }
    _ = try claimTokenBytes()
    _ = try vaultKey()
  }

  /// What a device that is enrolled still needs: everything but the token.
  var withoutToken: ProvisioningBundle {
    var bundle = self
    bundle.claimToken = String(repeating: "0", count: 64)
    return bundle
  }

  /// Writes the bundle to a file.
  func write(to path: String) throws(DeviceError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(self) else { throw DeviceError(.invalidInput, "the bundle is not text") }
    try FileSystem.replace(path, with: Array(data))
  }

  /// The claim token's octets.
  func claimTokenBytes() throws(DeviceError) -> [UInt8] {
    guard let bytes = [UInt8](hex: claimToken), bytes.count == 32 else {
      throw DeviceError(.invalidInput, "the claim token is not 32 octets")
    }
    return bytes
  }

  /// The vault's HPKE public key.
  func vaultKey() throws(DeviceError) -> [UInt8] {
    guard let bytes = [UInt8](hex: hpkePublicKey), bytes.count == 65 else {
      throw DeviceError(.invalidInput, "the vault's public key is not 65 octets")
    }
    return bytes
  }
}
