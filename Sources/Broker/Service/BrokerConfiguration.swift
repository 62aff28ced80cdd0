public import MQTT

/// How a broker service works.
public struct BrokerConfiguration: Sendable {
  /// The MQTT server and our identity there.
  public var mqtt: MQTTConfiguration
  /// Sessions whose last chunk is older are deleted; `nil` keeps everything.
  public var retention: Duration?
  /// How often telemetry quality is written to the store.
  public var telemetryInterval: Duration

  /// Describes a broker.
  public init(
    mqtt: MQTTConfiguration, retention: Duration? = nil, telemetryInterval: Duration = .seconds(5)
  ) {
    self.mqtt = mqtt
    self.retention = retention
    self.telemetryInterval = telemetryInterval
  }
}
