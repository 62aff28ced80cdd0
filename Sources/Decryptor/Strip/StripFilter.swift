internal import Cardio
package import Wire

/// Turns opened chunks, in order, into segments to draw: pure, one filter for each lead.
///
/// An ECG is band-passed. A photoplethysmogram is passed on as it was counted: its level tells how much light comes through, and what a
/// filter would take away with it.
package struct StripFilter: Sendable, Hashable {
  private struct Lane: Sendable, Hashable {
    var filter = BandPassFilter()
    /// The index that the next sample should have; unknown before the first chunk that was read.
    var next: UInt64?
  }

  private var lanes: [ChunkKind: Lane] = [:]
  private let isFromBeginning: Bool

  /// - Parameter isFromBeginning: Whether the first chunk to come is the session's first, so that what is missing before
  ///   it is known to be missing.
  package init(isFromBeginning: Bool) { self.isFromBeginning = isFromBeginning }

  /// Filters one chunk.
  /// - Returns: `nil` for a chunk that holds no samples at 125 Hz or whose samples lie behind those already seen.
  package mutating func advance(header: ChunkHeader, plaintext: [UInt8]) -> StripSegment? {
    guard header.kind != .status, header.sampleRateMillihertz == SampleRate.analysis.millihertz,
      plaintext.count == 2 * header.count
    else { return nil }
    var lane = lanes[header.kind] ?? Lane(next: isFromBeginning ? 0 : nil)
    let expected = lane.next ?? header.firstSample
    guard header.firstSample >= expected else { return nil }
    let missing = header.firstSample - expected
    if missing > 0 { lane.filter.restart() }
    lane.next = header.firstSample + UInt64(header.count)
    var samples: [Int16] = []
    if header.leadOff.isEmpty, !header.kind.isECG {
      samples = (0..<header.count).map { plaintext.sample(at: $0) }
    } else if header.leadOff.isEmpty {
      let scale = Float(header.nanovoltsPerLSB) / 1000
      samples.reserveCapacity(header.count)
      for index in 0..<header.count {
        let value = lane.filter.process(Float(plaintext.sample(at: index)) * scale).rounded()
        samples.append(Int16(max(-32_767, min(32_767, value))))
      }
    } else {
      lane.filter.restart()
    }
    lanes[header.kind] = lane
    return StripSegment(
      sequence: header.sequence, kind: header.kind, firstSample: header.firstSample, sampleCount: header.count,
      captureTime: header.captureTime, isClockSynchronised: header.isClockSynchronised, leadOff: header.leadOff,
      samples: samples, missingSamples: missing)
  }
}

extension [UInt8] {
  /// The int16, little-endian, at a place in a chunk's plaintext.
  @inline(__always)
  func sample(at index: Int) -> Int16 { Int16(bitPattern: UInt16(self[2 * index]) | UInt16(self[2 * index + 1]) << 8) }
}
