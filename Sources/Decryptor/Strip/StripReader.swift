public import KeyVaultClient
internal import Sealing
public import Store
package import Wire

/// Opens ranges of a session's chunks for display.
///
/// What it returns is measured or absent: a chunk that is missing, lost or refused is a jump of the next segment's
/// ``StripSegment/missingSamples``. Keys are held for a bounded time; see `SessionKeyCache`. Sequence numbers behind the
/// first hole that may still be filled (`SessionRecord.contiguous`) are not shown yet, so that a strip never changes.
public struct StripReader: Sendable {
  /// Most chunks of one call: 25 minutes.
  public static let chunkLimit = 1024
  /// Chunks of signal read before the range, so that the filter has settled: the slowest pole of the 0.5 Hz high-pass
  /// forgets with 0.45 s; after 4.5 s a step of 10 mV leaves less than 1 µV.
  static let warmUpChunks: UInt64 = 3

  let chunks: any ChunkStore
  let keys: SessionKeyCache
  /// What was read of whole sessions, for the pages that look at hours.
  let histories: HistoryShelf<SignalName, SignalHistory>
  /// Bytes of them: a channel of 24 h takes up to 6 MB, so that 16 such are held.
  private static let historyLimit = 96 << 20

  /// Reads from a store with the keys of a vault.
  public init(chunks: any ChunkStore, keys: any SessionKeySource) {
    self.init(chunks: chunks, keys: keys, time: .system)
  }

  package init(chunks: any ChunkStore, keys: any SessionKeySource, time: Timekeeper) {
    self.chunks = chunks
    self.keys = SessionKeyCache(source: keys, purpose: .session, time: time)
    histories = HistoryShelf(byteLimit: Self.historyLimit, time: time)
  }

  /// The segments among `count` sequence numbers from `sequence` on.
  ///
  /// - Parameters:
  ///   - record: The session as the store tells it now.
  ///   - sequence: The first sequence number wanted.
  ///   - count: How many sequence numbers, at most ``chunkLimit``.
  /// - Returns: Segments in order; fewer than `count` where chunks hold no samples, are missing, refused or yet to come.
  /// - Throws: ``StripError``.
  public func strip(
    of record: SessionRecord, from sequence: UInt64, count: Int
  ) async throws(StripError) -> [StripSegment] {
    guard let contiguous = record.contiguous, count > 0, sequence <= contiguous else { return [] }
    let last = min(contiguous, sequence + UInt64(min(count, Self.chunkLimit)) - 1)
    let start = sequence - min(sequence, Self.warmUpChunks)
    var filter = StripFilter(isFromBeginning: start == 0)
    let segments = try await segments(of: record, start...last, filter: &filter)
    return segments.filter { $0.sequence >= sequence }
  }

  /// The last `count` sequence numbers' segments; see ``strip(of:from:count:)``.
  public func latestStrip(of record: SessionRecord, count: Int) async throws(StripError) -> [StripSegment] {
    guard let contiguous = record.contiguous, count > 0 else { return [] }
    return try await strip(of: record, from: contiguous + 1 - min(contiguous + 1, UInt64(count)), count: count)
  }

  /// Forgets the keys of all sessions of a device, and what was read of them.
  package func forget(_ device: DeviceID) async {
    await keys.forget(device)
    await histories.forget(device)
  }

  /// Bytes of what was read of whole sessions and is held.
  package func heldBytes() async -> Int { await histories.byteCount }

  /// Forgets what nobody has looked at for as long as its key would be kept.
  package func forgetUnused() async { await histories.forgetUnused() }

  /// Opens and filters the stored chunks of a range, going on with `filter`; only those of `channel` where one is named.
  func segments(
    of record: SessionRecord, _ range: ClosedRange<UInt64>, channel: SignalChannel? = nil, filter: inout StripFilter
  ) async throws(StripError) -> [StripSegment] {
    var segments: [StripSegment] = []
    try await eachOpened(of: record, range) {
      channel == nil || SignalChannel($0.kind) == channel
    } do: {
      if let segment = filter.advance(header: $0, plaintext: $1) { segments.append(segment) }
    }
    return segments
  }

  /// Opens the stored chunks of a range that are wanted, in order; those that do not authenticate are left out.
  func eachOpened(
    of record: SessionRecord, _ range: ClosedRange<UInt64>, where isWanted: (ChunkHeader) -> Bool,
    do body: (ChunkHeader, [UInt8]) -> Void
  ) async throws(StripError) {
    let key = try await keys.key(of: record)
    let stored: [StoredChunk]
    do {
      stored = try await chunks.chunks(
        of: record.reference, from: range.lowerBound, limit: Int(range.upperBound - range.lowerBound) + 1)
    } catch {
      throw .store(error)
    }
    let reference = record.reference
    guard
      let opener = try? ChunkOpener(
        key: key, device: reference.device, session: reference.session, iv: record.iv)
    else { throw .vault(.badAnswer("the key does not fit its purpose")) }
    for chunk in stored where range.contains(chunk.sequence) {
      guard let sealed = try? SealedChunk(decoding: chunk.message), sealed.header.sequence == chunk.sequence,
        isWanted(sealed.header), let plaintext = try? opener.open(sealed)
      else { continue }
      body(sealed.header, plaintext)
    }
  }
}
