internal import Wire

/// What the analysis needs of a status chunk: whether the session ends here.
///
/// Other keys, also of later firmware, are passed over; a report that cannot be read says nothing.
struct StatusReport: Sendable, Hashable {
  /// Key 8 of the report.
  private static let sessionEndKey: UInt64 = 8
  /// Most keys: those of `docs/wire-format.md` and room for as many again.
  private static let keyLimit = 24

  /// Whether the device declares the session's end.
  let isSessionEnd: Bool

  /// Reads the plaintext of a status chunk.
  init(decoding plaintext: [UInt8]) { isSessionEnd = (try? Self.readSessionEnd(plaintext)) ?? false }

  private static func readSessionEnd(_ plaintext: [UInt8]) throws(WireError) -> Bool {
    var reader = CBORReader(plaintext)
    for _ in 0..<(try reader.map("status", count: 0...keyLimit)) {
      let key = try reader.unsigned("status key")
      if key == sessionEndKey { return try reader.boolean("session ends") }
      try skip(&reader)
    }
    return false
  }

  /// Passes over an integer, a byte string, a text or a boolean.
  private static func skip(_ reader: inout CBORReader) throws(WireError) {
    var attempt = reader
    if (try? attempt.signed("value")) != nil {
      reader = attempt
      return
    }
    attempt = reader
    if (try? attempt.byteString("value", length: 0...plaintextLimit)) != nil {
      reader = attempt
      return
    }
    attempt = reader
    if (try? attempt.text("value", length: 0...plaintextLimit)) != nil {
      reader = attempt
      return
    }
    _ = try reader.boolean("value")
  }

  private static let plaintextLimit = SealedChunk.maximumPlaintextSize
}
