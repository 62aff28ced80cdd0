internal import Crypto
internal import Foundation
internal import Sealing
internal import Wire

/// The secret of a program: 256 random bits, told once. `sbt_` lets secret scanners know it by its face.
struct APIToken: Sendable {
  private static let prefix = "sbt_"
  private static let byteCount = 32
  private let bytes: [UInt8]

  /// Makes a new one.
  init() throws(SealingError) { bytes = try SecureRandom.bytes(Self.byteCount) }

  /// Parses `Authorization: Bearer sbt_…` (RFC 6750 §2.1).
  init?(authorization header: String) {
    let parts = header.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", parts[1].hasPrefix(Self.prefix),
      let bytes = [UInt8](hex: String(parts[1].dropFirst(Self.prefix.count))), bytes.count == Self.byteCount
    else { return nil }
    self.bytes = bytes
  }

  /// As it is told.
  var text: String { Self.prefix + bytes.hex }

  /// What the store keeps.
  var storedHash: [UInt8] { Array(SHA256.hash(data: bytes)) }
}
