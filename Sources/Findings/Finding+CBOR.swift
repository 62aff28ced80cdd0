public import Wire

extension Finding {
  /// Most beats in one finding: 300 beats per minute for 24 s, far beyond what one chunk can complete.
  static let beatLimit = 128

  /// The version that is written; every version before it is read.
  static let version: UInt64 = 3

  /// Encodes in the deterministic CBOR subset: an array of 17 items, fractions as scaled integers.
  public func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 64 + 32 * beats.count)
    writer.beginArray(17)
    writer.write(Self.version)
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
    writer.write(optional: receivedAt)
    if let rhythm { rhythm.encode(to: &writer) } else { writer.beginArray(0) }
    if let status { status.encode(to: &writer) } else { writer.beginArray(0) }
    return writer.bytes
  }

  /// Decodes what ``encoded()`` wrote.
  public init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = CBORReader(bytes)
    let items = try reader.array("finding", count: 14...17)
    let version = try reader.unsigned("version")
    guard (version, items) == (1, 14) || ((2...Self.version).contains(version) && items == 17) else {
      throw WireError(.valueOutOfRange, "finding version")
    }
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
    for _ in 0..<count { beats.append(try BeatFinding(from: &reader, version: version)) }
    var receivedAt: UInt64?
    var rhythm: RhythmReading?
    var status: StatusReading?
    if version >= 2 {
      receivedAt = UInt64(exactly: try reader.signed("arrival"))
      rhythm = try RhythmReading(from: &reader)
      status = try StatusReading(from: &reader)
    }
    try reader.finish("finding")
    self.init(
      sequence: sequence, kind: kind, firstSample: firstSample, sampleCount: sampleCount, captureTime: captureTime,
      isClockSynchronised: flags & 1 != 0, missingSamples: missingSamples, leadOff: leadOff, quality: quality,
      beats: beats, heartRate: heartRate, beatCount: beatCount, abnormalBeatCount: abnormalBeatCount,
      isRefused: flags & 2 != 0, receivedAt: receivedAt, rhythm: rhythm, status: status)
  }
}

extension BeatFinding {
  fileprivate func encode(to writer: inout CBORWriter) {
    writer.beginArray(11)
    writer.write(UInt64(Scaled.encode(position.isNaN ? 0 : max(0, position), 1000)))
    writer.write(time)
    writer.write(signed: rrMilliseconds.map(Int64.init) ?? -1)
    writer.write(signed: Int64(amplitudeMicrovolts))
    writer.write(UInt64(Scaled.encode(abnormalProbability.isNaN ? 0 : min(1, max(0, abnormalProbability)), 10_000)))
    writer.write(isAbnormal)
    writer.write(signed: beatClass.map { Int64($0.rawValue) } ?? -1)
    writer.write(signed: Scaled.share(ventricularProbability, 10_000))
    writer.write(signed: Scaled.share(supraventricularProbability, 10_000))
    writer.write(signed: Scaled.share(quality, 1000))
    writer.write(signed: shape.map { Int64($0.rawValue) } ?? -1)
  }

  fileprivate init(from reader: inout CBORReader, version: UInt64) throws(WireError) {
    let items = version >= 3 ? 11 : version == 2 ? 10 : 7
    _ = try reader.array("beat", count: items...items)
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
    guard version >= 2 else { return }
    ventricularProbability = Scaled.decode(try reader.signed("P(ventricular)"), 10_000)
    supraventricularProbability = Scaled.decode(try reader.signed("P(supraventricular)"), 10_000)
    quality = Scaled.decode(try reader.signed("beat quality"), 1000)
    guard version >= 3 else { return }
    shape = UInt8(exactly: try reader.signed("shape")).flatMap(BeatShape.init(rawValue:))
  }
}

extension RhythmReading {
  fileprivate func encode(to writer: inout CBORWriter) {
    writer.beginArray(5)
    writer.write(signed: Scaled.share(ventricularLow, 10_000))
    writer.write(signed: Scaled.share(ventricularHigh, 10_000))
    writer.write(signed: Scaled.share(fibrillation, 10_000))
    writer.write(optional: fibrillationPosition)
    writer.write(signed: Scaled.share(readability, 10_000))
  }

  /// `nil` for an array of no items.
  fileprivate init?(from reader: inout CBORReader) throws(WireError) {
    switch try reader.array("rhythm", count: 0...5) {
    case 0: return nil
    case 5:
      self.init(
        ventricularLow: Scaled.decode(try reader.signed("lowest P(ventricular rhythm)"), 10_000),
        ventricularHigh: Scaled.decode(try reader.signed("highest P(ventricular rhythm)"), 10_000),
        fibrillation: Scaled.decode(try reader.signed("P(atrial fibrillation)"), 10_000),
        fibrillationPosition: UInt64(exactly: try reader.signed("fibrillation position")),
        readability: Scaled.decode(try reader.signed("readability"), 10_000))
    default: throw WireError(.valueOutOfRange, "rhythm")
    }
  }
}

extension StatusReading {
  fileprivate func encode(to writer: inout CBORWriter) {
    writer.beginArray(8)
    writer.write(signed: Scaled.share(battery, 1000))
    // 0 dBm is no strength that a radio could have: it stands for "not said".
    writer.write(signed: Int64(signalStrength ?? 0))
    writer.write(optional: uptimeSeconds)
    writer.write(optional: outboxChunks)
    writer.write(optional: lostSamples)
    writer.write(isSessionEnd)
    writer.write(optional: judgedBeats)
    writer.write(optional: flaggedBeats)
  }

  /// `nil` for an array of no items; of six in version 2.
  fileprivate init?(from reader: inout CBORReader) throws(WireError) {
    switch try reader.array("status", count: 0...8) {
    case 0: return nil
    case let items where items == 6 || items == 8:
      let battery = Scaled.decode(try reader.signed("battery"), 1000)
      let strength = Int(try reader.signed("signal strength"))
      self.init(
        battery: battery, signalStrength: strength == 0 ? nil : strength,
        uptimeSeconds: UInt64(exactly: try reader.signed("uptime")),
        outboxChunks: UInt64(exactly: try reader.signed("outbox")),
        lostSamples: UInt64(exactly: try reader.signed("lost samples")),
        isSessionEnd: try reader.boolean("session ends"))
      guard items == 8 else { return }
      judgedBeats = UInt64(exactly: try reader.signed("beats that the device judged"))
      flaggedBeats = UInt64(exactly: try reader.signed("beats that the device flagged"))
    default: throw WireError(.valueOutOfRange, "status")
    }
  }
}

extension CBORWriter {
  /// A number that may be missing: −1 where it is, the largest that both sides hold where it is larger.
  fileprivate mutating func write(optional value: UInt64?) {
    write(signed: value.map { Int64(clamping: $0) } ?? -1)
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

  /// A share between 0 and 1; what is no number was not measured.
  static func share(_ value: Double?, _ scale: Double) -> Int64 {
    guard let value, !value.isNaN else { return -1 }
    return encode(min(1, max(0, value)), scale)
  }

  static func decode(_ value: Int64, _ scale: Double) -> Double? { value < 0 ? nil : Double(value) / scale }
}
