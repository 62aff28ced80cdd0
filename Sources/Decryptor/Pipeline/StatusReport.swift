internal import Findings
internal import Wire

extension StatusReading {
  /// Most keys: those of `docs/wire-format.md` and room for as many again.
  private static let keyLimit = 24
  private static let plaintextLimit = SealedChunk.maximumPlaintextSize

  /// Reads the plaintext of a status chunk.
  ///
  /// Other keys, also of later firmware, are passed over. What lies behind something that cannot be read is not said.
  init(status plaintext: [UInt8]) {
    self.init()
    var reader = CBORReader(plaintext)
    guard let count = try? reader.map("status", count: 0...Self.keyLimit) else { return }
    for _ in 0..<count {
      guard (try? take(&reader)) != nil else { return }
    }
  }

  private mutating func take(_ reader: inout CBORReader) throws(WireError) {
    switch try reader.unsigned("status key") {
    case 1: uptimeSeconds = try Self.number(&reader)
    case 3: battery = try Self.number(&reader).map { min(1, Double($0) / 1000) }
    case 4:
      let strength = try reader.signed("RSSI")
      signalStrength = (-200...200).contains(strength) ? Int(strength) : nil
    case 5: outboxChunks = try Self.number(&reader)
    case 6: lostSamples = try Self.number(&reader)
    case 8: isSessionEnd = try reader.boolean("session ends")
    case 10: judgedBeats = try Self.number(&reader)
    case 11: flaggedBeats = try Self.number(&reader)
    default: try Self.skip(&reader)
    }
  }

  /// A number; `nil` where it is negative.
  private static func number(_ reader: inout CBORReader) throws(WireError) -> UInt64? {
    UInt64(exactly: try reader.signed("status value"))
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
}
