internal import Wire

extension AuditEntry {
  /// Items of an entry.
  private static let items = 8
  /// Longest entry in bytes: every text at its limit, and room for the heads.
  static let encodedLimit = 1536

  /// The canonical form that rests in the log and is hashed: a CBOR array of eight items.
  package var encoded: [UInt8] {
    var writer = CBORWriter(reservingCapacity: 192)
    writer.beginArray(Self.items)
    writer.write(sequence)
    writer.write(time)
    writer.write(text: actor)
    writer.write(text: action.rawValue)
    writer.write(text: outcome.rawValue)
    writer.write(text: object)
    writer.write(text: purpose)
    writer.write(text: reason)
    return writer.bytes
  }

  /// Reads the canonical form; `nil` if it holds what the vault never writes.
  package init?(encoded: [UInt8]) {
    guard encoded.count <= Self.encodedLimit, let entry = try? AuditEntry(reading: CBORReader(encoded)),
      entry.encoded == encoded
    else { return nil }
    self = entry
  }

  private init(reading reader: CBORReader) throws(WireError) {
    var reader = reader
    _ = try reader.array("entry", count: Self.items...Self.items)
    let sequence = try reader.unsigned("sequence")
    let time = try reader.unsigned("time")
    let actor = try reader.text("actor", length: 0...AuditText.nameLimit)
    guard let action = Action(rawValue: try reader.text("action", length: 1...AuditText.nameLimit)),
      let outcome = Outcome(rawValue: try reader.text("outcome", length: 1...AuditText.nameLimit))
    else { throw WireError(.valueOutOfRange, "action") }
    let object = try reader.text("object", length: 0...AuditText.objectLimit)
    let purpose = try reader.text("purpose", length: 0...AuditText.nameLimit)
    let reason = try reader.text("reason", length: 0...AuditText.reasonLimit)
    try reader.finish("entry")
    self.init(
      sequence: sequence, time: time, actor: actor, action: action, outcome: outcome, object: object, purpose: purpose,
      reason: reason)
  }

  /// Whether an encoded entry states this place and, if asked, this action, without decoding the rest of it.
  static func states(_ sequence: UInt64, _ action: Action? = nil, in encoded: UnsafeRawBufferPointer) -> Bool {
    guard encoded.first == 0x80 | UInt8(items) else { return false }
    var position = 1
    guard head(encoded, &position) == sequence else { return false }
    guard let action else { return true }
    guard head(encoded, &position) != nil, let actor = head(encoded, &position), actor <= encoded.count else {
      return false
    }
    position += Int(actor)
    let name = action.rawValue.utf8
    guard head(encoded, &position) == UInt64(name.count), encoded.count - position >= name.count else { return false }
    return encoded[position..<position + name.count].elementsEqual(name)
  }

  /// The argument of the next item's head (RFC 8949 §3), whatever its type.
  private static func head(_ bytes: UnsafeRawBufferPointer, _ position: inout Int) -> UInt64? {
    guard position < bytes.count else { return nil }
    let short = bytes[position] & 0x1F
    position += 1
    guard short >= 24 else { return UInt64(short) }
    guard short < 28, bytes.count - position >= 1 << Int(short - 24) else { return nil }
    var argument: UInt64 = 0
    for _ in 0..<1 << Int(short - 24) {
      argument = argument << 8 | UInt64(bytes[position])
      position += 1
    }
    return argument
  }
}

extension AuditEntry: Encodable {
  private enum CodingKeys: String, CodingKey {
    case sequence, time, actor, action, outcome, object, purpose, reason
  }

  /// Writes an object of eight members, as `audit list` and `audit export` print it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(sequence, forKey: .sequence)
    try container.encode(time, forKey: .time)
    try container.encode(actor, forKey: .actor)
    try container.encode(action.rawValue, forKey: .action)
    try container.encode(outcome.rawValue, forKey: .outcome)
    try container.encode(object, forKey: .object)
    try container.encode(purpose, forKey: .purpose)
    try container.encode(reason, forKey: .reason)
  }
}
