/// Server → device: every sequence number up to `committed` of a session is on disk, or declared lost.
public struct Receipt: Hashable, Sendable {
  /// Which session.
  public let session: SessionID
  /// The highest contiguous sequence number on disk.
  public let committed: UInt64

  /// States what is on disk.
  public init(session: SessionID, committed: UInt64) {
    self.session = session
    self.committed = committed
  }

  /// Decodes a message.
  public init(decoding message: [UInt8]) throws(WireError) {
    guard message.count <= 32 else { throw WireError(.oversize, "receipt") }
    var reader = CBORReader(message)
    _ = try reader.array("receipt", count: 2...2)
    guard let session = SessionID(try reader.byteString("session id", length: 16...16)) else {
      throw WireError(.valueOutOfRange, "session id")
    }
    self.init(session: session, committed: try reader.unsigned("committed"))
    try reader.finish("receipt")
  }

  /// The message to publish.
  public func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 32)
    writer.beginArray(2)
    writer.write(bytes: session.bytes)
    writer.write(committed)
    return writer.bytes
  }
}
