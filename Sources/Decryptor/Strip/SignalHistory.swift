internal import Cardio
internal import KeyVaultClient
internal import Store
internal import Wire

/// The envelope of one channel of one session, from its beginning to the present: read once, then carried on.
///
/// Calls are carried out one after the other. It holds plaintext in the process's locked memory; who owns it forgets it.
actor SignalHistory: HeldHistory {
  private let channel: SignalChannel
  private var pyramid = EnvelopePyramid()
  private var coverage = SignalCoverage()
  private var filter = StripFilter(isFromBeginning: true)
  private var kind: ChunkKind?
  /// The next sequence number to read.
  private var next: UInt64 = 0
  private var isConcealed = false
  private var turns = ReadingTurns()

  init(_ channel: SignalChannel) { self.channel = channel }

  /// Bytes held.
  var byteCount: Int { pyramid.byteCount + coverage.byteCount }

  /// Forgets everything and reads no more.
  func conceal() {
    isConcealed = true
    pyramid = EnvelopePyramid()
    coverage = SignalCoverage()
  }

  /// The envelope of a stretch, after reading what has come.
  func envelope(
    of record: SessionRecord, from: Int, count: Int, points: Int, reader: StripReader
  ) async throws(StripError) -> CoveredEnvelope {
    try await turns.begin { [self] () throws(StripError) in try await advance(to: record, reader: reader) }.value.get()
    return CoveredEnvelope(
      pyramid.envelope(from: from, count: count, points: points), coverage, from: from, count: count)
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
        coverage.append(at: first, count: segment.sampleCount, isLeadOff: segment.samples.isEmpty)
      }
    }
  }
}

/// A channel of a session.
struct SignalName: HistoryName {
  let reference: SessionReference
  let channel: SignalChannel
}
