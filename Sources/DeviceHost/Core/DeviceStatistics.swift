import FirmwareCore

/// What a device has done so far.
public struct DeviceStatistics: Sendable, Hashable, Codable {
  /// Chunks sealed since start.
  public var chunksSealed: UInt64 = 0
  /// Chunks whose receipt has come since start, those of earlier runs included.
  public var chunksReceipted: UInt64 = 0
  /// Chunks handed to the uplink, repetitions included.
  public var chunksSent: UInt64 = 0
  /// Chunks of earlier runs found in the outbox at start.
  public var chunksFound: UInt64 = 0
  /// Records of the outbox that could not be read back.
  public var chunksUnreadable: UInt64 = 0
  /// Chunks without a receipt now.
  public var chunksHeld: UInt64 = 0
  /// Samples declared lost: by the front end, for want of room, or because the disk failed.
  public var samplesLost: UInt64 = 0
  /// Failed writes of the outbox.
  public var storageFailures: UInt64 = 0
  /// Receipts and commands that were refused.
  public var refusedMessages: UInt64 = 0
  /// Sessions begun since start.
  public var sessionsBegun: UInt64 = 0
  /// Version of the data key in use; 0 before enrolment.
  public var keyVersion: UInt32 = 0

  /// Nothing done yet.
  public init() {}

  init(_ stats: sb_device_stats_t) {
    chunksSealed = stats.chunks_sealed
    chunksReceipted = stats.chunks_receipted
    chunksSent = stats.chunks_sent
    chunksFound = stats.chunks_found
    chunksUnreadable = stats.chunks_unreadable
    chunksHeld = UInt64(stats.held) + stats.chunks_waiting
    samplesLost = stats.samples_lost
    storageFailures = stats.storage_failures
    refusedMessages = stats.refused_messages
    sessionsBegun = stats.sessions_begun
    keyVersion = stats.key_version
  }

  /// The sum over a fleet; the key version is the greatest.
  public static func + (left: DeviceStatistics, right: DeviceStatistics) -> DeviceStatistics {
    var sum = left
    sum.chunksSealed += right.chunksSealed
    sum.chunksReceipted += right.chunksReceipted
    sum.chunksSent += right.chunksSent
    sum.chunksFound += right.chunksFound
    sum.chunksUnreadable += right.chunksUnreadable
    sum.chunksHeld += right.chunksHeld
    sum.samplesLost += right.samplesLost
    sum.storageFailures += right.storageFailures
    sum.refusedMessages += right.refusedMessages
    sum.sessionsBegun += right.sessionsBegun
    sum.keyVersion = max(left.keyVersion, right.keyVersion)
    return sum
  }
}
