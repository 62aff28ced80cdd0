/// The MQTT topics of one device: `sb/1/{device}/{channel}`.
public struct Topic: Hashable, Sendable, CustomStringConvertible {
  /// What travels on a topic.
  public enum Channel: String, Sendable, CaseIterable {
    /// Device → server: ``SealedChunk``.
    case chunk
    /// Server → device: ``Receipt``.
    case receipt
    /// Server → device: ``DeviceCommand``.
    case command
    /// Device → server: ``LinkStatus``, retained, also the last will.
    case status
  }

  /// Whose topic.
  public let device: DeviceID
  /// What travels on it.
  public let channel: Channel

  /// Names a topic.
  public init(device: DeviceID, channel: Channel) {
    self.device = device
    self.channel = channel
  }

  /// Parses a topic name; anything that is not exactly ours is foreign.
  public init(parsing name: some StringProtocol) throws(WireError) {
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "sb", parts[1] == "1", let device = DeviceID(parts[2]),
      let channel = Channel(rawValue: String(parts[3]))
    else { throw WireError(.foreignTopic, "topic") }
    self.init(device: device, channel: channel)
  }

  /// The topic name.
  public var description: String { "sb/1/\(device)/\(channel.rawValue)" }

  /// The filter with which a service subscribes to a channel of every device.
  public static func filter(_ channel: Channel) -> String { "sb/1/+/\(channel.rawValue)" }
}
