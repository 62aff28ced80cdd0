package import Wire

/// What a person carries to a device before its first boot: where to enrol, whom to trust, and a one-time claim.
package struct ProvisioningBundle: Codable, Sendable {
  /// Of this form.
  package var version = 1
  /// Who may enrol.
  package var device: DeviceID
  /// 32 bytes, hexadecimal: a secret until it is used.
  package var claimToken: String
  /// `https://host:port` of the enrolment listener.
  package var enrolURL: String
  /// `https://host:port` of the service listener, for rotation.
  package var serviceURL: String
  /// Certificate of the service CA, PEM.
  package var caPEM: String
  /// The vault's HPKE public key: an uncompressed P-256 point of 65 bytes, hexadecimal.
  package var hpkePublicKey: String
  /// Name or address of the MQTT broker.
  package var mqttHost: String
  /// Its TLS port.
  package var mqttPort: Int

  /// Puts a bundle together.
  package init(
    device: DeviceID, claimToken: String, enrolURL: String, serviceURL: String, caPEM: String, hpkePublicKey: String,
    mqttHost: String, mqttPort: Int
  ) {
    self.device = device
    self.claimToken = claimToken
    self.enrolURL = enrolURL
    self.serviceURL = serviceURL
    self.caPEM = caPEM
    self.hpkePublicKey = hpkePublicKey
    self.mqttHost = mqttHost
    self.mqttPort = mqttPort
  }
}
