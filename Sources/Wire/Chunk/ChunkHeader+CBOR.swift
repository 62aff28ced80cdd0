extension ChunkHeader {
  /// The deterministic encoding that the tag covers.
  func encoded() -> [UInt8] {
    var writer = CBORWriter(reservingCapacity: 112)
    writer.beginMap(5)
    writer.write(1)
    writer.write(3)
    writer.write(4)
    writer.write(bytes: keyVersion.octets)
    writer.write(5)
    writer.write(bytes: nonce)
    writer.write(10)
    writer.write(bytes: session.bytes)
    writer.write(signed: Self.parametersLabel)
    writer.beginArray(11)
    writer.write(sequence)
    writer.write(UInt64(kind.rawValue))
    writer.write(firstSample)
    writer.write(UInt64(sampleRateMillihertz))
    writer.write(UInt64(count))
    writer.write(UInt64(nanovoltsPerLSB))
    writer.write(captureTime)
    writer.write(isClockSynchronised)
    writer.write(UInt64(leadOff.rawValue))
    writer.write(UInt64(firmware.rawValue))
    writer.write(backlog)
    return writer.bytes
  }

  /// Decodes and validates a protected header.
  init(decoding bytes: [UInt8]) throws(WireError) {
    var reader = CBORReader(bytes)
    let labelCount = try reader.map("protected header", count: 5...16)
    try reader.label(1, "alg label")
    guard try reader.unsigned("alg") == 3 else { throw WireError(.unexpectedType, "alg is not A256GCM") }
    try reader.label(4, "kid label")
    keyVersion = KeyVersion(octets: try reader.byteString("kid", length: 4...4))
    guard keyVersion.rawValue > 0 else { throw WireError(.valueOutOfRange, "key version") }
    try reader.label(5, "IV label")
    nonce = Array(try reader.byteString("IV", length: SessionIV.byteCount...SessionIV.byteCount))
    try reader.label(10, "kid context label")
    let sessionBytes = try reader.byteString("kid context", length: SessionID.byteCount...SessionID.byteCount)
    guard let session = SessionID(sessionBytes) else { throw WireError(.valueOutOfRange, "session id") }
    self.session = session
    try reader.label(Self.parametersLabel, "chunk parameters label")
    _ = try reader.array("chunk parameters", count: 11...11)
    sequence = try reader.unsigned("sequence", limit: Limits.sequence)
    let kindCode = try reader.unsigned("kind", limit: UInt64(UInt8.max))
    guard let kind = ChunkKind(rawValue: UInt8(kindCode)) else { throw WireError(.valueOutOfRange, "kind") }
    self.kind = kind
    firstSample = try reader.unsigned("first sample", limit: Limits.firstSample)
    sampleRateMillihertz = UInt32(try reader.unsigned("sample rate", limit: Limits.sampleRateMillihertz))
    count = Int(try reader.unsigned("count", limit: UInt64(Self.maximumSampleCount)))
    nanovoltsPerLSB = UInt32(try reader.unsigned("nanovolts per LSB", limit: Limits.nanovoltsPerLSB))
    captureTime = try reader.unsigned("capture time", limit: Limits.captureTime)
    isClockSynchronised = try reader.boolean("clock synchronised")
    leadOff = LeadOff(rawValue: UInt8(try reader.unsigned("lead-off", limit: 3)))
    firmware = FirmwareVersion(rawValue: UInt32(try reader.unsigned("firmware", limit: UInt64(UInt32.max))))
    backlog = try reader.unsigned("backlog", limit: Limits.sequence)
    guard labelCount == 5 else { throw WireError(.unexpectedType, "protected header has more labels") }
    try reader.finish("protected header")
    guard (kind == .status) == (count == 0) else { throw WireError(.valueOutOfRange, "count for this kind") }
    guard kind == .status || sampleRateMillihertz > 0 else { throw WireError(.valueOutOfRange, "sample rate") }
    guard !kind.isECG || nanovoltsPerLSB > 0 else { throw WireError(.valueOutOfRange, "nanovolts per LSB") }
    guard backlog <= sequence else { throw WireError(.valueOutOfRange, "backlog exceeds sequence") }
  }

  /// Largest accepted values, each far beyond an honest session of 24 h.
  private enum Limits {
    /// Beyond any honest session (24 h of 1.496 s chunks of five kinds are about 290,000), and half a database key.
    static let sequence = UInt64(UInt32.max)
    /// 71,000 years at 125 Hz; leaves room for thousandths of a sample in 64 bits.
    static let firstSample: UInt64 = 1 << 48
    /// 10 kHz.
    static let sampleRateMillihertz: UInt64 = 10_000_000
    /// 1 mV for one LSB.
    static let nanovoltsPerLSB: UInt64 = 1_000_000
    /// The year 2100.
    static let captureTime: UInt64 = 4_102_444_800_000_000
  }
}

extension KeyVersion {
  /// Four octets, big-endian, as `kid` carries them.
  var octets: [UInt8] { (0..<4).reversed().map { UInt8(truncatingIfNeeded: rawValue >> (8 * UInt32($0))) } }

  /// Reads four octets.
  init(octets: ArraySlice<UInt8>) { self.init(rawValue: octets.reduce(0) { $0 << 8 | UInt32($1) }) }
}

extension CBORReader {
  /// Requires the map key `expected`: in a map of known keys, deterministic order is equality in place.
  mutating func label(_ expected: Int64, _ place: String) throws(WireError) {
    let found = try signed(place)
    guard found == expected else {
      let isKnown = [1, 4, 5, 10, ChunkHeader.parametersLabel].contains(found)
      throw WireError(isKnown ? .nonCanonical : .unexpectedType, place)
    }
  }
}
