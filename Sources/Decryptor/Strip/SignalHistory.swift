internal import Cardio
internal import KeyVaultClient
internal import Store
internal import Wire

/// The envelope of one channel of one session, from its beginning to the present: read once, then carried on.
///
/// Calls are carried out one after the other. It holds plaintext in the process's locked memory; who owns it forgets it.
actor SignalHistory {
  private let channel: SignalChannel
  private var pyramid = EnvelopePyramid()
  private var filter = StripFilter(isFromBeginning: true)
  private var kind: ChunkKind?
  /// The next sequence number to read.
  private var next: UInt64 = 0
  private var isConcealed = false
  private var turn: Task<Result<Void, StripError>, Never>?

  init(_ channel: SignalChannel) { self.channel = channel }

  /// Bytes held.
  var byteCount: Int { pyramid.byteCount }

  /// Forgets everything and reads no more.
  func conceal() {
    isConcealed = true
    pyramid = EnvelopePyramid()
  }

  /// The envelope of a stretch, after reading what has come.
  func envelope(
    of record: SessionRecord, from: Int, count: Int, points: Int, reader: StripReader
  ) async throws(StripError) -> Envelope {
    let before = turn
    let mine = Task { () -> Result<Void, StripError> in
      _ = await before?.value
      do throws(StripError) {
        try await advance(to: record, reader: reader)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    turn = mine
    try await mine.value.get()
    await reader.histories.makeRoom(beside: self)
    return pyramid.envelope(from: from, count: count, points: points)
  }

  private func advance(to record: SessionRecord, reader: StripReader) async throws(StripError) {
    guard let contiguous = record.contiguous else { return }
    while next <= contiguous {
      let last = min(contiguous, next + StripReader.pageSize - 1)
      var filter = filter
      let segments = try await reader.segments(of: record, next...last, channel: channel, filter: &filter)
      guard !isConcealed else { throw .vault(.unavailable("forgotten while it was read")) }
      self.filter = filter
      next = last + 1
      for segment in segments {
        if kind == nil { kind = segment.kind }
        guard segment.kind == kind, let first = Int(exactly: segment.firstSample) else { continue }
        pyramid.append(segment.samples, at: first)
      }
    }
  }
}

/// The histories that are held, bounded in bytes and time: what was not looked at for longest goes first.
actor SignalHistories {
  /// Bytes of all histories: a channel of 24 h takes up to 6 MB, so that 16 such are held.
  static let byteLimit = 96 << 20
  /// One that nobody asked for so long is forgotten, as its key is.
  static let idleLimit = SessionKeyCache.idleLimit

  private struct Name: Hashable {
    let reference: SessionReference
    let channel: SignalChannel
  }

  private struct Entry {
    let history: SignalHistory
    var usedAt: Duration
    var byteCount = 0
  }

  private var entries: [Name: Entry] = [:]
  private let time: Timekeeper

  init(time: Timekeeper) { self.time = time }

  /// Bytes of all that are held.
  var byteCount: Int { entries.values.reduce(0) { $0 + $1.byteCount } }

  /// The history of a channel of a session, an empty one at first.
  func history(of reference: SessionReference, _ channel: SignalChannel) async -> SignalHistory {
    await forgetUnused()
    let name = Name(reference: reference, channel: channel)
    var entry = entries[name] ?? Entry(history: SignalHistory(channel), usedAt: .zero)
    entry.usedAt = time.uptime()
    entries[name] = entry
    return entry.history
  }

  /// Learns how large a history has become, and forgets others when all are too large.
  func makeRoom(beside history: SignalHistory) async {
    guard let name = entries.first(where: { $0.value.history === history })?.key else { return }
    entries[name]?.byteCount = await history.byteCount
    while byteCount > Self.byteLimit,
      let oldest = entries.filter({ $0.key != name }).min(by: { $0.value.usedAt < $1.value.usedAt })?.key
    {
      await forget { $0 == oldest }
    }
  }

  /// Forgets all sessions of a device.
  func forget(_ device: DeviceID) async { await forget { $0.reference.device == device } }

  /// Forgets a session.
  func forget(_ reference: SessionReference) async { await forget { $0.reference == reference } }

  /// Forgets what nobody has asked for.
  func forgetUnused() async {
    let now = time.uptime()
    let names = Set(entries.filter { now - $0.value.usedAt >= Self.idleLimit }.keys)
    if !names.isEmpty { await forget(names.contains) }
  }

  private func forget(_ isForgotten: (Name) -> Bool) async {
    let gone = entries.filter { isForgotten($0.key) }
    for name in gone.keys { entries[name] = nil }
    for entry in gone.values { await entry.history.conceal() }
  }
}
