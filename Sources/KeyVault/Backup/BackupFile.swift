internal import Foundation
internal import Sealing
internal import Wire

/// The form of a backup: a header in CBOR, then segments of 64 KiB, each AES-256-GCM under a key of this file alone. The
/// nonce is the segment's number and whether it is the last one, so that none can be left out, moved or cut off (the
/// STREAM construction, Hoang et al. 2015).
///
///     file    = length of the header: uint32 big-endian ‖ header ‖ segment ‖ … ‖ segment
///     header  = ["SealedBeat/1 vault backup", backup key version: uint, salt: bstr .size 32, made: uint, audit entries: uint]
///     key     = HKDF-SHA256(backup key, salt, header)
///     nonce   = number: uint88 big-endian ‖ 1 for the last segment, otherwise 0
package struct BackupHeader: Sendable, Hashable {
  static let label = "SealedBeat/1 vault backup"
  /// Bytes of plaintext in a segment.
  package static let segmentSize = 64 << 10
  /// Longest header.
  static let sizeLimit = 256

  /// Version of the backup key.
  package let keyVersion: UInt32
  let salt: [UInt8]
  /// Unix time in microseconds.
  package let made: UInt64
  /// Entries of the audit log in it.
  package let auditEntries: UInt64

  var encoded: [UInt8] {
    var writer = CBORWriter(reservingCapacity: 128)
    writer.beginArray(5)
    writer.write(text: Self.label)
    writer.write(UInt64(keyVersion))
    writer.write(bytes: salt)
    writer.write(made)
    writer.write(auditEntries)
    return writer.bytes
  }

  init(keyVersion: UInt32, salt: [UInt8], made: UInt64, auditEntries: UInt64) {
    self.keyVersion = keyVersion
    self.salt = salt
    self.made = made
    self.auditEntries = auditEntries
  }

  /// Reads a header.
  /// - Throws: ``VaultError/Code/badRequest`` for anything else.
  package init(decoding bytes: [UInt8]) throws(VaultError) {
    do {
      var reader = CBORReader(bytes)
      _ = try reader.array("header", count: 5...5)
      guard try reader.text("label", length: 1...64) == Self.label else { throw WireError(.valueOutOfRange, "label") }
      keyVersion = UInt32(try reader.unsigned("key version", limit: UInt64(UInt32.max)))
      salt = Array(try reader.byteString("salt", length: 32...32))
      made = try reader.unsigned("made")
      auditEntries = try reader.unsigned("audit entries")
      try reader.finish("header")
    } catch {
      throw VaultError(.badRequest, "this is no backup of a vault (\(error))")
    }
  }

  /// Seals and opens the segments of this file.
  func cipher(backupKey: SecretBytes) throws -> AEAD {
    try AEAD(
      key: KeyDerivation.hkdfSHA256(key: backupKey, salt: salt, info: encoded, count: AEAD.keySize))
  }

  static func nonce(_ number: UInt64, isLast: Bool) -> [UInt8] {
    [0, 0, 0] + (0..<8).map { UInt8(truncatingIfNeeded: number >> (56 - 8 * $0)) } + [isLast ? 1 : 0]
  }
}
