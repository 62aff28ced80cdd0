/// The name of a device: the common name of its certificate and its MQTT user name.
///
/// 3–32 characters of `a`–`z`, `0`–`9` and `-`, beginning and ending with a letter or digit. A service identity
/// (``ServiceID``) always holds a dot, so neither can ever be taken for the other.
public struct DeviceID: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// Shortest and longest accepted name, in characters.
  public static let lengthLimits = 3...32

  /// The validated name.
  public let name: String

  /// Validates a name; `nil` if it breaks a rule above.
  public init?(_ name: some StringProtocol) {
    let octets = Array(name.utf8)
    guard Self.lengthLimits.contains(octets.count), let first = octets.first, let last = octets.last else { return nil }
    guard octets.allSatisfy({ Self.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }) else { return nil }
    guard Self.isAlphanumeric(first), Self.isAlphanumeric(last) else { return nil }
    self.name = String(name)
  }

  /// Decodes and validates.
  public init(from decoder: any Decoder) throws {
    let name = try decoder.singleValueContainer().decode(String.self)
    guard let device = DeviceID(name) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a device id"))
    }
    self = device
  }

  /// Encodes the name as one string.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(name)
  }

  /// The name.
  public var description: String { name }

  /// Alphabetical order of the names.
  public static func < (left: DeviceID, right: DeviceID) -> Bool { left.name < right.name }

  private static func isAlphanumeric(_ octet: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(octet) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
  }
}
