internal import Foundation
internal import Glibc
internal import Sealing

/// Seals a file segment by segment.
struct BackupWriter {
  let header: BackupHeader
  let cipher: AEAD

  /// Writes the sealed form of `source` to `path`, mode 0600, whole or not at all.
  func seal(_ source: String, to path: String) throws {
    let input = open(source, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw VaultError(.storage, "cannot read \(source)") }
    defer { close(input) }
    let encoded = header.encoded
    let length = UInt32(encoded.count)
    try PrivateFile.create(path) { write throws(VaultError) in
      try write((0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + encoded)
      var number: UInt64 = 0
      var segment = try Self.segment(input)
      while true {
        let next = segment.count < BackupHeader.segmentSize ? [] : try Self.segment(input)
        let sealed: [UInt8]
        do {
          sealed = try cipher.seal(
            segment, nonce: BackupHeader.nonce(number, isLast: next.isEmpty), additionalData: encoded)
        } catch {
          throw VaultError(.storage, "the backup cannot be sealed")
        }
        try write(sealed)
        guard !next.isEmpty else { return }
        segment = next
        number += 1
      }
    }
  }

  private static func segment(_ descriptor: Int32) throws(VaultError) -> [UInt8] {
    try BackupReader.bytes(descriptor, BackupHeader.segmentSize)
  }
}

/// Opens a sealed file segment by segment.
struct BackupReader {
  let path: String

  /// Writes the opened form to `target`, mode 0600, whole or not at all.
  func open(recovery: RecoveryFile, key: SecretBytes, to target: String) throws -> BackupHeader {
    let input = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard input >= 0 else { throw VaultError(.storage, "cannot read \(path)") }
    defer { close(input) }
    let length = try Self.bytes(input, 4).reduce(0) { $0 << 8 | Int($1) }
    guard (1...BackupHeader.sizeLimit).contains(length) else {
      throw VaultError(.badRequest, "\(path) is no backup of a vault")
    }
    let header = try BackupHeader(decoding: Self.bytes(input, length))
    guard header.keyVersion == recovery.keyVersion else {
      throw VaultError(
        .unopenable,
        "this backup was sealed by backup key \(header.keyVersion), the recovery file holds \(recovery.keyVersion): "
          + "a destruction between them made one of the two void")
    }
    let cipher = try header.cipher(backupKey: key)
    let sealedSize = BackupHeader.segmentSize + AEAD.tagSize
    unlink(target)
    try PrivateFile.create(target) { write throws(VaultError) in
      var number: UInt64 = 0
      var segment = try Self.bytes(input, sealedSize)
      while true {
        let next = segment.count < sealedSize ? [] : try Self.bytes(input, sealedSize)
        do {
          try write(
            cipher.open(
              segment, nonce: BackupHeader.nonce(number, isLast: next.isEmpty), additionalData: header.encoded))
        } catch let error as VaultError {
          throw error
        } catch {
          throw VaultError(.unopenable, "the backup is damaged, cut off, or sealed by another vault")
        }
        guard !next.isEmpty else { return }
        segment = next
        number += 1
      }
    }
    return header
  }

  /// Up to `count` bytes; fewer only at the end.
  static func bytes(_ descriptor: Int32, _ count: Int) throws(VaultError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var filled = 0
    while filled < count {
      let read = bytes.withUnsafeMutableBytes {
        Glibc.read(descriptor, $0.baseAddress?.advanced(by: filled), count - filled)
      }
      if read == 0 { break }
      guard read > 0 else { throw VaultError(.storage, "cannot read a file: \(String(cString: strerror(errno)))") }
      filled += read
    }
    bytes.removeLast(count - filled)
    return bytes
  }
}
