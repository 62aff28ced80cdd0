public import Store
public import Wire

/// A strip that goes on: each call returns what has arrived since the last one, through one filter that never starts anew.
///
/// A value with one owner, such as the task that serves a session's viewers:
///
/// ```swift
/// var live = LiveStrip(reader: reader, of: record, from: first)
/// for await record in changes { send(try await live.advance(to: record)) }
/// ```
public struct LiveStrip: Sendable {
  /// Most chunks that one call reads: 95 s, so that a viewer who fell behind catches up in bounded steps.
  public static let readLimit: UInt64 = 64

  private let reader: StripReader
  private let reference: SessionReference
  private var filter: StripFilter
  /// The next sequence number to read; the first ones warm the filter up.
  private var next: UInt64
  private let first: UInt64

  /// Begins at a sequence number of a session.
  public init(reader: StripReader, of reference: SessionReference, from sequence: UInt64) {
    self.reader = reader
    self.reference = reference
    first = sequence
    next = sequence - min(sequence, StripReader.warmUpChunks)
    filter = StripFilter(isFromBeginning: next == 0)
  }

  /// Whether everything that `record` says is there has been returned.
  public func isCaughtUp(with record: SessionRecord) -> Bool { record.contiguous.map { next > $0 } ?? true }

  /// Returns the segments that came since the last call, at most ``readLimit`` chunks of them; call again while
  /// ``isCaughtUp(with:)`` is false.
  ///
  /// - Parameter record: The same session as the store tells it now.
  /// - Throws: ``StripError``; the strip then stands where it stood and may be asked again.
  public mutating func advance(to record: SessionRecord) async throws(StripError) -> [StripSegment] {
    guard record.reference == reference, let contiguous = record.contiguous, next <= contiguous else { return [] }
    let last = min(contiguous, next + Self.readLimit - 1)
    var filter = filter
    let segments = try await reader.segments(of: record, next...last, filter: &filter)
    self.filter = filter
    next = last + 1
    return segments.filter { $0.sequence >= first }
  }
}
