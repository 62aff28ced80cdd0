internal import Cardio
public import Store
internal import Wire

/// A channel as one signal on the session's timeline, wherever its chunks lie among the others.
extension StripReader {
  /// Most samples that are read one by one: more are answered by ``envelope(of:channel:from:count:points:)``.
  public static let sampleLimit = 16 * 4096
  /// Sequence numbers in which a chunk of every kind of a session comes: three kinds of samples, now and then a status.
  private static let kindsInTurn: UInt64 = 8
  /// Chunks read in one go.
  static let pageSize: UInt64 = 256

  /// Where a chunk of a channel lies.
  public struct Place: Hashable, Sendable {
    /// Its sequence number.
    public let sequence: UInt64
    /// Index of its first sample.
    public let firstSample: UInt64
    /// Unix time of its first sample, microseconds.
    public let captureTime: UInt64
    /// Its samples.
    public let count: Int

    /// Unix time of a sample by this chunk's clock, milliseconds.
    public func milliseconds(at sample: UInt64) -> UInt64 {
      let time = Int64(clamping: captureTime) + (Int64(clamping: sample) - Int64(clamping: firstSample)) * 8000
      return UInt64(max(0, time)) / 1000
    }
  }

  /// The chunk of a channel that holds a sample, or the last one before it, or the first one; by bisection over the headers, which
  /// are in the clear.
  /// - Returns: `nil` where the session has none.
  public func place(
    of sample: UInt64, channel: SignalChannel, in record: SessionRecord
  ) async throws(StripError) -> Place? {
    guard let contiguous = record.contiguous else { return nil }
    var low: UInt64 = 0
    var high = contiguous
    while low < high {
      let middle = low + (high - low + 1) / 2
      if let place = try await firstPlace(of: channel, from: middle, in: record), place.firstSample <= sample {
        low = middle
      } else {
        high = middle - 1
      }
    }
    return try await firstPlace(of: channel, from: low, in: record)
  }

  /// The last chunk of a channel.
  public func latestPlace(of channel: SignalChannel, in record: SessionRecord) async throws(StripError) -> Place? {
    guard let contiguous = record.contiguous else { return nil }
    let start = contiguous + 1 - min(contiguous + 1, Self.pageSize)
    return try await places(of: channel, from: start, limit: Int(Self.pageSize), in: record).last {
      $0.sequence <= contiguous
    }
  }

  /// The segments of a channel that hold samples of a stretch, in order; the first ``sampleLimit`` samples of it at most.
  /// - Throws: ``StripError``.
  public func signal(
    of record: SessionRecord, channel: SignalChannel, from: UInt64, count: Int
  ) async throws(StripError) -> [StripSegment] {
    guard let contiguous = record.contiguous, count > 0,
      let place = try await place(of: from, channel: channel, in: record)
    else { return [] }
    let end = from + UInt64(min(count, Self.sampleLimit))
    let settling = Self.warmUpChunks * Self.kindsInTurn
    var next = place.sequence - min(place.sequence, settling)
    var filter = StripFilter(isFromBeginning: next == 0)
    var found: [StripSegment] = []
    while next <= contiguous {
      let last = min(contiguous, next + Self.pageSize - 1)
      let segments = try await segments(of: record, next...last, channel: channel, filter: &filter)
      for segment in segments where segment.firstSample + UInt64(segment.sampleCount) > from {
        guard segment.firstSample < end else { return found }
        if found.first.map({ $0.kind == segment.kind }) ?? true { found.append(segment) }
      }
      next = last + 1
    }
    return found
  }

  /// The least and the greatest value in each of at most `points` buckets of a stretch, and why there is none where there is none.
  ///
  /// Where a bucket is at least 16 samples, it comes from a pyramid that grows with the session: the first request for a long one opens every
  /// chunk, later ones only what has come since.
  /// - Parameters:
  ///   - record: The session as the store tells it now.
  ///   - channel: Which signal.
  ///   - from: The first sample.
  ///   - count: How many, at least 1.
  ///   - points: Most buckets, at least 2.
  /// - Throws: ``StripError``.
  public func envelope(
    of record: SessionRecord, channel: SignalChannel, from: UInt64, count: Int, points: Int
  ) async throws(StripError) -> CoveredEnvelope {
    let from = Int(clamping: min(from, UInt64(EnvelopePyramid.sampleLimit)))
    if (count + points - 1) / points < EnvelopePyramid.baseBucket, count <= Self.sampleLimit {
      let segments = try await signal(of: record, channel: channel, from: UInt64(from), count: count)
      let envelope = Envelope(
        runs: segments.map { (Int(clamping: $0.firstSample), $0.samples) }, from: from, count: count, points: points)
      var coverage = SignalCoverage()
      // What lies before the first segment was looked at as well; what lies behind the last, where more came after it.
      for segment in segments {
        coverage.append(
          at: Int(clamping: segment.firstSample), count: segment.sampleCount, isLeadOff: segment.samples.isEmpty)
      }
      let end = from + count
      if coverage.end < end, let latest = try await latestPlace(of: channel, in: record),
        latest.firstSample + UInt64(latest.count) > UInt64(coverage.end)
      {
        // The next chunk lies behind the stretch: up to there nothing was measured.
        coverage.append(at: max(end, Int(clamping: latest.firstSample)), count: latest.count, isLeadOff: false)
      }
      return CoveredEnvelope(envelope, coverage, from: from, count: count)
    }
    do {
      // The key is asked for each time, so that a right that ended ends this too.
      _ = try await keys.key(of: record)
    } catch {
      if case .keyRefused = error { await histories.forget(record.reference) }
      throw error
    }
    let name = SignalName(reference: record.reference, channel: channel)
    let history = await histories.history(of: name) { SignalHistory(channel) }
    let envelope = try await history.envelope(of: record, from: from, count: count, points: points, reader: self)
    await histories.makeRoom(beside: name)
    return envelope
  }

  /// Where the signal begins that an analysis up to a sequence number has not seen.
  /// - Returns: A sample, and the one after the channel's last; `nil` where the analysis has seen all.
  public func unanalysed(
    of record: SessionRecord, channel: SignalChannel, analysedThrough: UInt64?
  ) async throws(StripError) -> Range<UInt64>? {
    guard let contiguous = record.contiguous, analysedThrough.map({ $0 < contiguous }) ?? true,
      let first = try await firstPlace(of: channel, from: analysedThrough.map { $0 + 1 } ?? 0, in: record),
      let latest = try await latestPlace(of: channel, in: record), first.sequence <= latest.sequence
    else { return nil }
    let end = latest.firstSample + UInt64(latest.count)
    return first.firstSample < end ? first.firstSample..<end : nil
  }

  private func firstPlace(
    of channel: SignalChannel, from sequence: UInt64, in record: SessionRecord
  ) async throws(StripError) -> Place? {
    // A hole of lost chunks is skipped by the store; a page without the channel is one of a session without it.
    try await places(of: channel, from: sequence, limit: Int(Self.kindsInTurn), in: record).first
  }

  private func places(
    of channel: SignalChannel, from sequence: UInt64, limit: Int, in record: SessionRecord
  ) async throws(StripError) -> [Place] {
    do {
      return try await chunks.chunks(of: record.reference, from: sequence, limit: limit).compactMap { stored in
        guard let header = try? SealedChunk(decoding: stored.message).header, header.sequence == stored.sequence,
          SignalChannel(header.kind) == channel
        else { return nil }
        return Place(
          sequence: header.sequence, firstSample: header.firstSample, captureTime: header.captureTime,
          count: header.count)
      }
    } catch {
      throw .store(error)
    }
  }
}
