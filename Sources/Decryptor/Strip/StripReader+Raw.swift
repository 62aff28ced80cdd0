internal import KeyVaultClient
internal import Sealing
package import Store
package import Wire

/// Samples as the device's converter measured them, for who takes them out of the system.
extension StripReader {
  /// What the headers of a stretch say, which are in the clear.
  package struct Survey: Sendable {
    /// Kinds of samples with the nanovolts of one step (0 for counts), in the order of their codes.
    package var kinds: [(kind: ChunkKind, nanovoltsPerLSB: UInt32)] = []
    /// Whether a kind's step changes on the way.
    package var isScaleChanging = false
    /// Stretches of samples for which a chunk is there, in order and apart.
    package var present: [Range<Int>] = []
    /// Unix time of the first sample of the stretch, microseconds, and whether that clock was synchronised.
    package var start: (time: UInt64, isSynchronised: Bool)?
  }

  /// Reads the headers of a stretch.
  /// - Throws: ``StripError``.
  package func survey(of record: SessionRecord, range: Range<Int>) async throws(StripError) -> Survey {
    var survey = Survey()
    guard let contiguous = record.contiguous else { return survey }
    var next = try await firstSequence(before: range.lowerBound, in: record)
    var scales: [ChunkKind: UInt32] = [:]
    var covered: [Range<Int>] = []
    while next <= contiguous {
      let last = min(contiguous, next + Self.pageSize - 1)
      var isBehind = true
      for header in try await headers(of: record, next...last) {
        guard header.kind != .status, let first = Int(exactly: header.firstSample) else { continue }
        let stretch = first..<first + header.count
        if stretch.lowerBound < range.upperBound { isBehind = false }
        guard stretch.overlaps(range) else { continue }
        if let scale = scales[header.kind], scale != header.nanovoltsPerLSB { survey.isScaleChanging = true }
        scales[header.kind] = header.nanovoltsPerLSB
        if survey.start == nil {
          let place = Place(
            sequence: header.sequence, firstSample: header.firstSample, captureTime: header.captureTime,
            count: header.count)
          survey.start = (place.microseconds(at: range.lowerBound), header.isClockSynchronised)
        }
        let part = stretch.clamped(to: range)
        if let end = covered.last, part.lowerBound <= end.upperBound, part.lowerBound >= end.lowerBound {
          covered[covered.count - 1] = end.lowerBound..<max(end.upperBound, part.upperBound)
        } else {
          covered.append(part)
        }
      }
      if isBehind, !covered.isEmpty { break }
      next = last + 1
    }
    survey.kinds = scales.sorted { $0.key.rawValue < $1.key.rawValue }.map { ($0.key, $0.value) }
    for part in covered.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let end = survey.present.last, part.lowerBound <= end.upperBound {
        survey.present[survey.present.count - 1] = end.lowerBound..<max(end.upperBound, part.upperBound)
      } else {
        survey.present.append(part)
      }
    }
    return survey
  }

  /// A sequence number at or before which every kind's samples of a stretch begin.
  func firstSequence(before sample: Int, in record: SessionRecord) async throws(StripError) -> UInt64 {
    var first: UInt64?
    for channel in SignalChannel.allCases {
      guard let place = try await place(of: UInt64(max(0, sample)), channel: channel, in: record) else { continue }
      first = min(first ?? place.sequence, place.sequence)
    }
    return first ?? 0
  }

  private func headers(
    of record: SessionRecord, _ range: ClosedRange<UInt64>
  ) async throws(StripError) -> [ChunkHeader] {
    do {
      return try await chunks.chunks(
        of: record.reference, from: range.lowerBound, limit: Int(range.upperBound - range.lowerBound) + 1
      ).compactMap { stored in
        guard let header = try? SealedChunk(decoding: stored.message).header, header.sequence == stored.sequence,
          range.contains(header.sequence)
        else { return nil }
        return header
      }
    } catch {
      throw .store(error)
    }
  }

  /// Opened chunks of a range of sequence numbers, without a filter; those that do not authenticate are left out.
  func opened(
    of record: SessionRecord, _ range: ClosedRange<UInt64>
  ) async throws(StripError) -> [(header: ChunkHeader, samples: [Int16])] {
    var opened: [(header: ChunkHeader, samples: [Int16])] = []
    try await eachOpened(of: record, range) {
      $0.kind != .status
    } do: { header, plaintext in
      guard plaintext.count == 2 * header.count else { return }
      opened.append((header, (0..<header.count).map { plaintext.sample(at: $0) }))
    }
    return opened
  }
}

/// Raw samples of every kind of a session, window by window from front to back: what it holds does not grow with the session.
package struct RawSignal: Sendable {
  /// Chunks that wait at most for a kind that has ended: some 12 minutes of one other.
  private static let waitingLimit = 512

  /// What a place holds; `nil` values are missing, and lead-off is said.
  package struct Part: Sendable {
    /// The first sample on the session's timeline.
    package let first: Int
    /// The samples.
    package let samples: [Int16]
    /// Whether an electrode had no contact.
    package let isLeadOff: Bool
    /// Which kind.
    package let kind: ChunkKind
  }

  private let reader: StripReader
  private let record: SessionRecord
  private let kinds: Set<ChunkKind>
  private var next: UInt64
  private var waiting: [Part] = []
  private var ends: [ChunkKind: Int] = [:]

  /// Begins at a sample.
  package init(
    _ reader: StripReader, of record: SessionRecord, kinds: Set<ChunkKind>, from sample: Int
  ) async throws(StripError) {
    self.reader = reader
    self.record = record
    self.kinds = kinds
    next = try await reader.firstSequence(before: sample, in: record)
  }

  /// The chunks that hold samples of a range; ranges come in order.
  /// - Throws: ``StripError``.
  package mutating func parts(in range: Range<Int>) async throws(StripError) -> [Part] {
    // Until every kind has come past the range, or so much was read that one that has not come has ended.
    while let contiguous = record.contiguous, next <= contiguous, waiting.count < Self.waitingLimit,
      kinds.contains(where: { (ends[$0] ?? .min) < range.upperBound })
    {
      let last = min(contiguous, next + StripReader.pageSize - 1)
      for chunk in try await reader.opened(of: record, next...last) {
        guard kinds.contains(chunk.header.kind), let first = Int(exactly: chunk.header.firstSample),
          first >= ends[chunk.header.kind] ?? .min
        else { continue }
        ends[chunk.header.kind] = first + chunk.samples.count
        waiting.append(
          Part(
            first: first, samples: chunk.samples, isLeadOff: !chunk.header.leadOff.isEmpty, kind: chunk.header.kind))
      }
      next = last + 1
    }
    let found = waiting.filter { $0.first < range.upperBound && $0.first + $0.samples.count > range.lowerBound }
    waiting.removeAll { $0.first + $0.samples.count <= range.upperBound }
    return found
  }
}

extension StripReader.Place {
  /// Unix time of a sample by this chunk's clock, microseconds.
  package func microseconds(at sample: Int) -> UInt64 {
    let time = Int64(clamping: captureTime) + (Int64(sample) - Int64(clamping: firstSample)) * 8000
    return UInt64(max(0, time))
  }
}
