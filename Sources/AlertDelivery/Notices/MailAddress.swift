/// An address of a mailbox that is safe in a header and in an SMTP command: a dot-atom, `@`, and a host name
/// (RFC 5321 §4.1.2 without quoted strings and address literals).
public struct MailAddress: Hashable, Sendable, Codable, CustomStringConvertible {
  /// `local@domain`.
  public let mailbox: String

  /// Validates an address; `nil` when it is anything else than `local@domain` in ASCII, at most 254 characters.
  public init?(_ text: some StringProtocol) {
    let parts = Array(text.utf8).split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
    guard text.utf8.count <= 254, parts.count == 2, (1...64).contains(parts[0].count), !parts[1].isEmpty,
      parts[0].allSatisfy(Self.isAtomText), Self.hasDotsInside(parts[0]),
      parts[1].allSatisfy(Self.isHostText), Self.hasDotsInside(parts[1])
    else { return nil }
    mailbox = String(text)
  }

  /// Decodes and validates.
  public init(from decoder: any Decoder) throws {
    let text = try decoder.singleValueContainer().decode(String.self)
    guard let address = MailAddress(text) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a mail address"))
    }
    self = address
  }

  /// Encodes the address as one string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(mailbox)
  }

  /// What follows the `@`.
  public var domain: String { mailbox.split(separator: "@").last.map(String.init) ?? "" }

  /// `local@domain`.
  public var description: String { mailbox }

  private static func isAlphanumeric(_ octet: UInt8) -> Bool {
    switch octet {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: false
    }
  }

  private static func isAtomText(_ octet: UInt8) -> Bool {
    isAlphanumeric(octet) || "!#$%&'*+-/=?^_`{|}~.".utf8.contains(octet)
  }

  private static func isHostText(_ octet: UInt8) -> Bool {
    isAlphanumeric(octet) || octet == UInt8(ascii: "-") || octet == UInt8(ascii: ".")
  }

  private static func hasDotsInside(_ part: ArraySlice<UInt8>) -> Bool {
    let dot = UInt8(ascii: ".")
    return part.first != dot && part.last != dot && !zip(part, part.dropFirst()).contains { $0 == dot && $1 == dot }
  }
}
