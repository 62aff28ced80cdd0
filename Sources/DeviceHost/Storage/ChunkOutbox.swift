import FirmwareCore
public import Wire

/// Where a device's sealed chunks rest until their receipt: what a flash partition is on the board.
///
/// One device uses one outbox, one call at a time.
public protocol ChunkOutbox: AnyObject {
  /// Adds a sealed chunk and returns the number by which it is known until ``remove(_:)``.
  func append(session: SessionID, sequence: UInt64, message: [UInt8]) throws(DeviceError) -> UInt32
  /// Returns when everything appended before survives a loss of power.
  func flush() throws(DeviceError)
  /// The message of a record.
  func read(_ record: UInt32) throws(DeviceError) -> [UInt8]
  /// Forgets a record, whose receipt has come.
  func remove(_ record: UInt32) throws(DeviceError)
  /// What is there, in the order of appending.
  var records: [OutboxRecord] { get }
}

/// A sealed chunk in an outbox.
public struct OutboxRecord: Sendable, Hashable {
  /// How the outbox knows it.
  public let number: UInt32
  /// Its session.
  public let session: SessionID
  /// Its sequence number.
  public let sequence: UInt64

  /// Describes a record.
  public init(number: UInt32, session: SessionID, sequence: UInt64) {
    self.number = number
    self.session = session
    self.sequence = sequence
  }
}

/// An outbox in memory, for thousands of simulated devices: it ends with the process.
public final class MemoryOutbox: ChunkOutbox {
  private var next: UInt32 = 0
  private var messages: [UInt32: (record: OutboxRecord, message: [UInt8])] = [:]

  /// An empty outbox.
  public init() {}

  /// Adds a sealed chunk.
  public func append(session: SessionID, sequence: UInt64, message: [UInt8]) throws(DeviceError) -> UInt32 {
    let number = next
    next &+= 1
    messages[number] = (OutboxRecord(number: number, session: session, sequence: sequence), message)
    return number
  }

  /// There is nothing to make durable.
  public func flush() throws(DeviceError) {}

  /// The message of a record.
  public func read(_ record: UInt32) throws(DeviceError) -> [UInt8] {
    guard let entry = messages[record] else { throw DeviceError(.storage, "no record \(record)") }
    return entry.message
  }

  /// Forgets a record.
  public func remove(_ record: UInt32) throws(DeviceError) {
    messages[record] = nil
  }

  /// What is there.
  public var records: [OutboxRecord] { messages.values.map(\.record).sorted { $0.number < $1.number } }
}
