/// Server → device.
public enum DeviceCommand: Hashable, Sendable {
  /// Make a data key, hand it to the vault as this version, begin a new session with it.
  case rotateDataKey(KeyVersion)

  /// Decodes a message.
  public init(decoding message: [UInt8]) throws(WireError) {
    guard message.count <= 64 else { throw WireError(.oversize, "command") }
    var reader = CBORReader(message)
    _ = try reader.array("command", count: 2...2)
    guard try reader.unsigned("command code") == 1 else { throw WireError(.valueOutOfRange, "command code") }
    let version = try reader.unsigned("key version", limit: UInt64(UInt32.max))
    guard version > 0 else { throw WireError(.valueOutOfRange, "key version") }
    self = .rotateDataKey(KeyVersion(rawValue: UInt32(version)))
    try reader.finish("command")
  }

  /// The message to publish.
  public func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 8)
    writer.beginArray(2)
    switch self {
    case .rotateDataKey(let version):
      writer.write(1)
      writer.write(UInt64(version.rawValue))
    }
    return writer.bytes
  }
}

/// Device → server, retained: whether the device's link is up. `offline` is its last will.
public enum LinkStatus: String, Sendable, Codable {
  /// Connected.
  case online
  /// Not connected, said by the device or by mosquitto in its name.
  case offline
}
