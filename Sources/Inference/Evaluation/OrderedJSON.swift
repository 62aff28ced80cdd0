/// A JSON value whose members keep the order in which they were written (RFC 8259), so that a report reads top down.
public enum OrderedJSON: Hashable, Sendable {
  /// No value.
  case null
  /// True or false.
  case boolean(Bool)
  /// A whole number.
  case integer(Int)
  /// A number; one that is not finite becomes `null`.
  case number(Double)
  /// A text.
  case string(String)
  /// A list.
  case array([OrderedJSON])
  /// Members in order.
  case object([Member])

  /// A name with its value.
  public struct Member: Hashable, Sendable {
    /// The name.
    public let name: String
    /// The value.
    public let value: OrderedJSON

    /// A member.
    public init(_ name: String, _ value: OrderedJSON) {
      self.name = name
      self.value = value
    }
  }

  /// A number, or `null` without one.
  public static func optional(_ value: Double?) -> OrderedJSON { value.map { .number($0) } ?? .null }

  /// A single-precision number in as few digits as tell it apart, or `null` without one.
  public static func optional(_ value: Float?) -> OrderedJSON { optional(value.flatMap { Double("\($0)") }) }

  /// A text, or `null` without one.
  public static func optional(_ value: String?) -> OrderedJSON { value.map { .string($0) } ?? .null }

  /// The value as text, indented by two spaces a level; lists and objects without lists or objects in them take one line.
  public var text: String {
    var text = ""
    write(into: &text, indent: "")
    return text
  }

  private var isFlat: Bool {
    func isScalar(_ value: OrderedJSON) -> Bool {
      switch value {
      case .array(let elements): elements.isEmpty
      case .object(let members): members.isEmpty
      default: true
      }
    }
    return switch self {
    case .array(let elements): elements.allSatisfy(isScalar)
    case .object(let members): members.allSatisfy { isScalar($0.value) }
    default: true
    }
  }

  private func write(into text: inout String, indent: String) {
    switch self {
    case .null: text += "null"
    case .boolean(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += value.isFinite ? "\(value)" : "null"
    case .string(let value): OrderedJSON.quote(value, into: &text)
    case .array(let elements):
      list(elements, open: "[", close: "]", into: &text, indent: indent) { element, text, indent in
        element.write(into: &text, indent: indent)
      }
    case .object(let members):
      list(members, open: "{", close: "}", into: &text, indent: indent) { member, text, indent in
        OrderedJSON.quote(member.name, into: &text)
        text += ": "
        member.value.write(into: &text, indent: indent)
      }
    }
  }

  private func list<Element>(
    _ elements: [Element], open: String, close: String, into text: inout String, indent: String,
    write: (Element, inout String, String) -> Void
  ) {
    let inner = isFlat ? indent : indent + "  "
    text += open
    for (place, element) in elements.enumerated() {
      if place > 0 { text += isFlat ? ", " : "," }
      if !isFlat { text += "\n" + inner }
      write(element, &text, inner)
    }
    if !isFlat { text += "\n" + indent }
    text += close
  }

  private static func quote(_ value: String, into text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}
