internal import Foundation

/// What of a beat matters for atrial fibrillation.
struct FibrillationBeat: Hashable, Sendable, Codable {
  /// The R peak in samples.
  let position: Double
  /// The RR interval before it in seconds; 0 where there is none.
  let interval: Float
  /// Whether it is ventricular (V or F) or lies in a ventricular rhythm: its interval and the next say nothing about the atria.
  let isEctopic: Bool
  /// The signal ahead of it.
  let atrialSegment: AtrialSegment

  init(_ beat: RhythmBeat, isExcluded: Bool) {
    position = beat.position
    interval = Float(beat.rrSeconds ?? 0)
    isEctopic = isExcluded || beat.beatClass == .ventricular || beat.beatClass == .fusion
    atrialSegment = beat.atrial
  }

  var atrial: SIMD16<Float> { atrialSegment.values }
}

/// 77 bytes, so that a checkpoint with a hundred beats stays small: position, interval, ectopy, signal, little-endian.
extension FibrillationBeat {
  private static let byteCount = 8 + 4 + 1 + 4 * AtrialSegment.count

  init(from decoder: any Decoder) throws {
    let data = try decoder.singleValueContainer().decode(Data.self)
    guard data.count == Self.byteCount else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "a beat has \(Self.byteCount) bytes"))
    }
    var place = data.startIndex
    func bits(_ count: Int) -> UInt64 {
      defer { place += count }
      return data[place..<place + count].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
    position = Double(bitPattern: bits(8))
    interval = Float(bitPattern: UInt32(truncatingIfNeeded: bits(4)))
    isEctopic = bits(1) != 0
    var values = SIMD16<Float>.zero
    for index in 0..<AtrialSegment.count { values[index] = Float(bitPattern: UInt32(truncatingIfNeeded: bits(4))) }
    atrialSegment = AtrialSegment(values: values)
  }

  func encode(to encoder: any Encoder) throws {
    var data = Data()
    data.reserveCapacity(Self.byteCount)
    func append(_ bits: UInt64, _ count: Int) {
      for octet in 0..<count { data.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * octet))) }
    }
    append(position.bitPattern, 8)
    append(UInt64(interval.bitPattern), 4)
    append(isEctopic ? 1 : 0, 1)
    for index in 0..<AtrialSegment.count { append(UInt64(atrial[index].bitPattern), 4) }
    var container = encoder.singleValueContainer()
    try container.encode(data)
  }
}
