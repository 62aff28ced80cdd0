public import Wire

extension Finding {
  /// Most beats in one finding: 300 beats per minute for 24 s, far beyond what one chunk can complete.
  static let beatLimit = 128

  /// Encodes in the deterministic CBOR subset: an array of 14 items, fractions as scaled integers.
  public func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 64 + 32 * beats.count)
    writer.beginArray(14)
    writer.write(UInt64(1))
    writer.write(sequence)
    writer.write(UInt64(kind.rawValue))
    writer.write(firstSample)
    writer.write(UInt64(sampleCount))
    writer.write(captureTime)
    writer.write(UInt64((isClockSynchronised ? 1 : 0) | (isRefused ? 2 : 0)))
    writer.write(missingSamples)
    writer.write(UInt64(leadOff.rawValue))
    writer.write(signed: Scaled.encode(quality, 1000))
    writer.write(signed: Scaled.encode(heartRate, 100))
    writer.write(beatCount)
    writer.write(abnormalBeatCount)
    writer.beginArray(beats.count)
    for beat in beats { beat.encode(to: &writer) }
    return writer.bytes
  }

  /// Decodes what ``encoded()`` wrote.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = CBORReader(bytes)
    _ = try reader.array("finding", count: 14...14)
    guard try reader.unsigned("version") == 1 else { throw WireError(.valueOutOfRange, "finding version") }
    let sequence = try reader.unsigned("sequence")
    guard let kind = ChunkKind(rawValue: UInt8(try reader.unsigned("kind", limit: 255))) else {
      throw WireError(.valueOutOfRange, "kind")
    }
    let firstSample = try reader.unsigned("first sample")
    let sampleCount = Int(try reader.unsigned("sample count", limit: UInt64(ChunkHeader.maximumSampleCount)))
    let captureTime = try reader.unsigned("capture time")
    let flags = try reader.unsigned("flags", limit: 3)
    let missingSamples = try reader.unsigned("missing samples")
    let leadOff = LeadOff(rawValue: UInt8(try reader.unsigned("lead-off", limit: 3)))
    let quality = Scaled.decode(try reader.signed("quality"), 1000)
    let heartRate = Scaled.decode(try reader.signed("heart rate"), 100)
    let beatCount = try reader.unsigned("beat count")
    let abnormalBeatCount = try reader.unsigned("abnormal beat count")
    let count = try reader.array("beats", count: 0...Self.beatLimit)
    var beats: [BeatFinding] = []
    beats.reserveCapacity(count)
    for _ in 0..<count { beats.append(try BeatFinding(from: &reader)) }
    try reader.finish("finding")
    self.init(
      sequence: sequence, kind: kind, firstSample: firstSample, sampleCount: sampleCount, captureTime: captureTime,
      isClockSynchronised: flags & 1 != 0, missingSamples: missingSamples, leadOff: leadOff, quality: quality,
      beats: beats, heartRate: heartRate, beatCount: beatCount, abnormalBeatCount: abnormalBeatCount,
      isRefused: flags & 2 != 0)
  }
}

extension BeatFinding {
  fileprivate func encode(to writer: inout CBORWriter) {
    writer.beginArray(7)
    writer.write(UInt64(Scaled.encode(position.isNaN ? 0 : max(0, position), 1000)))
    writer.write(time)
    writer.write(signed: rrMilliseconds.map(Int64.init) ?? -1)
    writer.write(signed: Int64(amplitudeMicrovolts))
    writer.write(UInt64(Scaled.encode(abnormalProbability.isNaN ? 0 : min(1, max(0, abnormalProbability)), 10_000)))
    writer.write(isAbnormal)
    writer.write(signed: beatClass.map { Int64($0.rawValue) } ?? -1)
  }

  fileprivate init(from reader: inout CBORReader) throws(WireError) {
    _ = try reader.array("beat", count: 7...7)
    let position = Double(try reader.unsigned("position", limit: 1 << 58)) / 1000
    let time = try reader.unsigned("time")
    let rr = UInt32(exactly: try reader.signed("RR"))
    guard let amplitude = Int32(exactly: try reader.signed("amplitude")) else {
      throw WireError(.valueOutOfRange, "amplitude")
    }
    let probability = Double(try reader.unsigned("probability", limit: 10_000)) / 10_000
    let isAbnormal = try reader.boolean("abnormal")
    let label = UInt8(exactly: try reader.signed("class")).flatMap(BeatLabel.init(rawValue:))
    self.init(
      position: position, time: time, rrMilliseconds: rr, amplitudeMicrovolts: amplitude,
      abnormalProbability: probability, isAbnormal: isAbnormal, beatClass: label)
  }
}

/// Fractions as integers; −1 stands for "not measured".
private enum Scaled {
  /// Largest scaled value: far beyond any measurement, and within what the decoder accepts.
  private static let limit = Double(1 << 58)

  /// What is no number is written as 0, what exceeds the limit as the limit: encoding never fails.
  static func encode(_ value: Double, _ scale: Double) -> Int64 {
    let scaled = (value * scale).rounded()
    return scaled.isNaN ? 0 : Int64(min(limit, max(-limit, scaled)))
  }

  static func encode(_ value: Double?, _ scale: Double) -> Int64 {
    guard let value, value >= 0 else { return -1 }
    return encode(value, scale)
  }

  static func decode(_ value: Int64, _ scale: Double) -> Double? { value < 0 ? nil : Double(value) / scale }
}
