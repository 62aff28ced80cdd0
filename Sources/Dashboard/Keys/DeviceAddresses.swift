/// Where a device that is let enrol finds what it needs, as the device reaches it.
public struct DeviceAddresses: Hashable, Sendable {
  /// `https://host:port` of the vault's enrolment listener.
  public var enrolURL: String
  /// `https://host:port` of the vault's service listener, for rotation.
  public var serviceURL: String
  /// Name or address of the MQTT broker.
  public var mqttHost: String
  /// Its TLS port.
  public var mqttPort: Int

  /// Names all of them.
  public init(enrolURL: String, serviceURL: String, mqttHost: String, mqttPort: Int) {
    self.enrolURL = enrolURL
    self.serviceURL = serviceURL
    self.mqttHost = mqttHost
    self.mqttPort = mqttPort
  }
}
