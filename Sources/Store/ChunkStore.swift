public import Wire

/// Where ciphertext rests. Written by the broker alone; read by the decryptor and the dashboard.
public protocol ChunkStore: Sendable {
  /// Commits a batch in one transaction; when this returns, all of it is on disk (`synchronous=FULL`).
  /// A chunk that is there already is a duplicate and changes nothing.
  func commit(_ batch: ChunkBatch) async throws(StoreError) -> ChunkCommit

  /// Sessions whose row changed after `revision`, oldest change first, at most `limit`.
  func sessions(changedSince revision: Revision, limit: Int) async throws(StoreError) -> [SessionRecord]

  /// One session, if anything of it has arrived.
  func session(_ reference: SessionReference) async throws(StoreError) -> SessionRecord?

  /// The sessions of a device, newest first.
  func sessions(of device: DeviceID, limit: Int) async throws(StoreError) -> [SessionRecord]

  /// Stored chunks of a session from a sequence number on, in order, at most `limit`.
  func chunks(
    of reference: SessionReference, from sequence: UInt64, limit: Int
  ) async throws(StoreError) -> [StoredChunk]

  /// Pages of several sessions in one look at the store: one answer for each query, in order.
  func chunks(_ queries: [ChunkQuery]) async throws(StoreError) -> [[StoredChunk]]

  /// Every device's link and telemetry quality.
  func devices() async throws(StoreError) -> [DeviceTelemetry]
}

/// A page of one session's chunks; see ``ChunkStore/chunks(of:from:limit:)``.
public struct ChunkQuery: Sendable, Hashable {
  /// Whose chunks.
  public let reference: SessionReference
  /// The first sequence number wanted.
  public let sequence: UInt64
  /// Most chunks wanted.
  public let limit: Int

  /// Describes a page.
  public init(reference: SessionReference, from sequence: UInt64, limit: Int) {
    self.reference = reference
    self.sequence = sequence
    self.limit = limit
  }
}

extension ChunkStore {
  /// Asks page by page, for a store that gains nothing by asking at once.
  public func chunks(_ queries: [ChunkQuery]) async throws(StoreError) -> [[StoredChunk]] {
    var pages: [[StoredChunk]] = []
    pages.reserveCapacity(queries.count)
    for query in queries {
      pages.append(try await chunks(of: query.reference, from: query.sequence, limit: query.limit))
    }
    return pages
  }
}

/// What one transaction of the broker holds.
public struct ChunkBatch: Sendable {
  /// Chunks in order of arrival.
  public var chunks: [ReceivedChunk]
  /// Changes of devices' links.
  public var links: [LinkChange]
  /// Messages that were refused, kept for a person to look at; the table is bounded.
  public var quarantine: [QuarantinedMessage]
  /// Telemetry quality to publish beside them.
  public var telemetry: [DeviceTelemetry]

  /// Collects a transaction.
  public init(
    chunks: [ReceivedChunk] = [], links: [LinkChange] = [], quarantine: [QuarantinedMessage] = [],
    telemetry: [DeviceTelemetry] = []
  ) {
    self.chunks = chunks
    self.links = links
    self.quarantine = quarantine
    self.telemetry = telemetry
  }
}

/// A chunk whose structure and sender were validated.
public struct ReceivedChunk: Sendable {
  /// The authenticated sender.
  public let device: DeviceID
  /// The decoded protected header.
  public let header: ChunkHeader
  /// The message as it arrived.
  public let message: [UInt8]
  /// When it arrived.
  public let receivedAt: UnixMicroseconds

  /// Describes an arrival.
  public init(device: DeviceID, header: ChunkHeader, message: [UInt8], receivedAt: UnixMicroseconds) {
    self.device = device
    self.header = header
    self.message = message
    self.receivedAt = receivedAt
  }
}

/// What became of a chunk of a batch.
public enum ChunkOutcome: Hashable, Sendable {
  /// On disk now.
  case committed
  /// The same bytes were on disk already.
  case duplicate
  /// Other bytes are on disk under this sequence number, or the session has another IV or key version: refused.
  case conflicting
}

/// What a transaction did.
public struct ChunkCommit: Sendable {
  /// One outcome for each chunk of the batch, in order.
  public let outcomes: [ChunkOutcome]
  /// For every session named in the batch, the highest contiguous sequence on disk or declared lost; absent while
  /// sequence 0 is on its way.
  public let contiguous: [SessionReference: UInt64]

  /// Describes a commit.
  public init(outcomes: [ChunkOutcome], contiguous: [SessionReference: UInt64]) {
    self.outcomes = outcomes
    self.contiguous = contiguous
  }
}

/// A session as the broker knows it.
public struct SessionRecord: Hashable, Sendable {
  /// Which session.
  public var reference: SessionReference
  /// Its IV.
  public var iv: SessionIV
  /// The device key's version.
  public var keyVersion: KeyVersion
  /// When its first chunk arrived.
  public var firstReceivedAt: UnixMicroseconds
  /// When its last chunk arrived.
  public var lastReceivedAt: UnixMicroseconds
  /// Capture time of its latest chunk.
  public var lastCaptureTime: UnixMicroseconds
  /// Highest contiguous sequence on disk or declared lost.
  public var contiguous: UInt64?
  /// Highest sequence on disk.
  public var highest: UInt64
  /// Every missing sequence below this is lost for ever.
  public var earliestHeld: UInt64
  /// Chunks on disk.
  public var chunkCount: Int
  /// When this row last changed.
  public var revision: Revision

  /// Describes a session.
  public init(
    reference: SessionReference, iv: SessionIV, keyVersion: KeyVersion, firstReceivedAt: UnixMicroseconds,
    lastReceivedAt: UnixMicroseconds, lastCaptureTime: UnixMicroseconds, contiguous: UInt64?, highest: UInt64,
    earliestHeld: UInt64, chunkCount: Int, revision: Revision
  ) {
    self.reference = reference
    self.iv = iv
    self.keyVersion = keyVersion
    self.firstReceivedAt = firstReceivedAt
    self.lastReceivedAt = lastReceivedAt
    self.lastCaptureTime = lastCaptureTime
    self.contiguous = contiguous
    self.highest = highest
    self.earliestHeld = earliestHeld
    self.chunkCount = chunkCount
    self.revision = revision
  }
}

/// A chunk on disk.
public struct StoredChunk: Sendable, Hashable {
  /// Its sequence number.
  public let sequence: UInt64
  /// The message as it arrived; `SealedChunk` decodes it.
  public let message: [UInt8]
  /// When it arrived.
  public let receivedAt: UnixMicroseconds

  /// Describes a stored chunk.
  public init(sequence: UInt64, message: [UInt8], receivedAt: UnixMicroseconds) {
    self.sequence = sequence
    self.message = message
    self.receivedAt = receivedAt
  }
}

/// A device's link went up or down.
public struct LinkChange: Sendable, Hashable {
  /// Whose link.
  public let device: DeviceID
  /// What it is now.
  public let status: LinkStatus
  /// Since when.
  public let at: UnixMicroseconds

  /// Describes a change.
  public init(device: DeviceID, status: LinkStatus, at: UnixMicroseconds) {
    self.device = device
    self.status = status
    self.at = at
  }
}

/// A message that was refused.
public struct QuarantinedMessage: Sendable, Hashable {
  /// The sender, where the topic names one.
  public let device: DeviceID?
  /// The topic, cut to 128 characters.
  public let topic: String
  /// Why.
  public let code: WireError.Code
  /// The message, cut to `SealedChunk.maximumEncodedSize`.
  public let message: [UInt8]
  /// When it arrived.
  public let receivedAt: UnixMicroseconds

  /// Describes a refusal.
  public init(device: DeviceID?, topic: String, code: WireError.Code, message: [UInt8], receivedAt: UnixMicroseconds) {
    self.device = device
    self.topic = topic
    self.code = code
    self.message = message
    self.receivedAt = receivedAt
  }
}

/// How well a device's data arrives.
public struct DeviceTelemetry: Sendable, Hashable, Codable {
  /// Whose.
  public var device: DeviceID
  /// The link as last told.
  public var status: LinkStatus?
  /// Since when.
  public var statusSince: UnixMicroseconds?
  /// When the last chunk arrived.
  public var lastReceivedAt: UnixMicroseconds?
  /// Chunks committed since the broker started.
  public var committed: UInt64
  /// Chunks that were there already.
  public var duplicates: UInt64
  /// Chunks that arrived after one with a higher sequence.
  public var reordered: UInt64
  /// Messages refused.
  public var refused: UInt64
  /// Sequence numbers declared lost.
  public var lost: UInt64
  /// Share of the expected sequence numbers that are on disk, 0…1.
  public var completeness: Double
  /// Capture → commit, milliseconds: median, 95th and 99th percentile of the last ones. `nil` without a synchronised clock.
  public var latencyMilliseconds: LatencyPercentiles?
  /// Mean absolute deviation of the time between arrivals, milliseconds.
  public var jitterMilliseconds: Double?
  /// Chunks that the device still held when it sealed its latest.
  public var backlog: UInt64
  /// Firmware version of the latest chunk.
  public var firmware: UInt32?

  /// Starts with nothing measured.
  public init(device: DeviceID) {
    self.device = device
    committed = 0
    duplicates = 0
    reordered = 0
    refused = 0
    lost = 0
    completeness = 1
    backlog = 0
  }
}

/// Three percentiles of a latency in milliseconds.
public struct LatencyPercentiles: Sendable, Hashable, Codable {
  /// Median.
  public var p50: Double
  /// 95th percentile.
  public var p95: Double
  /// 99th percentile.
  public var p99: Double

  /// States them.
  public init(p50: Double, p95: Double, p99: Double) {
    self.p50 = p50
    self.p95 = p95
    self.p99 = p99
  }
}
