/// One wearing of the sensor: 16 random bytes made by the device.
public struct SessionID: Hashable, Comparable, Sendable, CustomStringConvertible, Codable {
  /// Length in bytes.
  public static let byteCount = 16

  /// The bytes, always ``byteCount`` of them.
  public let bytes: [UInt8]

  /// Takes exactly ``byteCount`` bytes; otherwise `nil`.
  public init?(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// Parses 32 lower- or upper-case hexadecimal digits; otherwise `nil`.
  public init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// Decodes hexadecimal digits.
  public init(from decoder: any Decoder) throws {
    guard let session = try SessionID(hex: decoder.singleValueContainer().decode(String.self)) else {
      throw DecodingError.dataCorrupted(.init(codingPath: decoder.codingPath, debugDescription: "not a session id"))
    }
    self = session
  }

  /// Encodes hexadecimal digits.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }

  /// 32 hexadecimal digits.
  public var description: String { bytes.hex }

  /// Order of the bytes, for stable listings only: session ids are random.
  public static func < (left: SessionID, right: SessionID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}

/// The 96-bit initialisation vector of a session: salt of its keys and base of its nonces.
public struct SessionIV: Hashable, Sendable, CustomStringConvertible {
  /// Length in bytes.
  public static let byteCount = 12

  /// The bytes, always ``byteCount`` of them.
  public let bytes: [UInt8]

  /// Takes exactly ``byteCount`` bytes; otherwise `nil`.
  public init?(_ bytes: some Sequence<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The session IV that a chunk's nonce and sequence imply (the XOR is its own inverse).
  public init?(nonce: some Sequence<UInt8>, sequence: UInt64) {
    self.init(nonce)
    self = SessionIV(unchecked: Self.combine(bytes, sequence))
  }

  private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

  /// The AES-GCM nonce of a chunk: session IV XOR the big-endian sequence in the last 8 octets (RFC 8446 §5.3).
  public func nonce(sequence: UInt64) -> [UInt8] { Self.combine(bytes, sequence) }

  /// 24 hexadecimal digits.
  public var description: String { bytes.hex }

  private static func combine(_ bytes: [UInt8], _ sequence: UInt64) -> [UInt8] {
    var combined = bytes
    for index in 0..<8 { combined[11 - index] ^= UInt8(truncatingIfNeeded: sequence >> (8 * UInt64(index))) }
    return combined
  }
}

/// The version of a device's data key, from 1.
public struct KeyVersion: Hashable, Comparable, Sendable, CustomStringConvertible, RawRepresentable, Codable {
  /// The number.
  public let rawValue: UInt32

  /// Takes any number; version 0 is never issued.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// The number in decimal.
  public var description: String { String(rawValue) }

  /// Numerical order.
  public static func < (left: KeyVersion, right: KeyVersion) -> Bool { left.rawValue < right.rawValue }
}

/// A session of a device: what findings, keys and chunks are filed under.
public struct SessionReference: Hashable, Sendable, Codable, CustomStringConvertible {
  /// Whose session.
  public let device: DeviceID
  /// Which one.
  public let session: SessionID

  /// Names a session.
  public init(device: DeviceID, session: SessionID) {
    self.device = device
    self.session = session
  }

  /// `device/session`, for logs.
  public var description: String { "\(device)/\(session)" }
}
