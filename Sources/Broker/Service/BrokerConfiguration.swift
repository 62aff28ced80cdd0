public import MQTT

/// How a broker service works.
public struct BrokerConfiguration: Sendable {
  /// The MQTT server and our identity there.
  public var mqtt: MQTTConfiguration
  /// How often telemetry quality is written to the store.
  public var telemetryInterval: Duration

  /// Describes a broker.
  public init(mqtt: MQTTConfiguration, telemetryInterval: Duration = .seconds(5)) {
    self.mqtt = mqtt
    self.telemetryInterval = telemetryInterval
  }
}
