internal import Crypto
package import Sealing
internal import Wire

/// One custodian's share of a root key.
///
/// As text: `sbshare1-SET-THRESHOLD-INDEX-PAYLOAD-CHECKSUM`, where SET is the split that it comes from (8 hexadecimal
/// digits), PAYLOAD is base 32 and CHECKSUM the first 4 bytes of SHA-256 over all before it, hexadecimal. A typing error, a
/// share of another split and a share given twice can so be told apart.
package struct RootShare: Sendable, CustomStringConvertible {
  /// Bytes of the name of a split.
  static let setSize = 4
  /// Longest text that is read as a share, in bytes.
  package static let textLimit = 256

  private static let prefix = "sbshare1"
  private static let checksumSize = 4

  /// Which split it comes from: 4 random bytes, hexadecimal. Each vault and each new root has its own.
  package let set: String
  /// How many shares of the split open the vault.
  package let threshold: Int
  /// Which share of the split it is, and its value: a secret.
  let share: SecretSharing.Share

  /// Number of the share, from 1.
  package var index: Int { Int(share.index) }
  /// Which share it is; never its value.
  package var description: String { "share \(index) of set \(set)" }

  init(set: String, threshold: Int, share: SecretSharing.Share) {
    self.set = set
    self.threshold = threshold
    self.share = share
  }

  /// Reads a share as a custodian typed it: white space around it is ignored, capitals are as good as small letters.
  /// - Throws: ``VaultError/Code/badRequest``; the reason says what is wrong with the text, and quotes none of it.
  package init(parsing text: SecretBytes) throws(VaultError) {
    let parsed = text.withUnsafeBytes { bytes in
      Result { () throws(VaultError) in try Self.parse(UnsafeRawBufferPointer(rebasing: bytes.trimmed)) }
    }
    self = try parsed.get()
  }

  /// Reads the share in a file of mode 0600.
  /// - Throws: ``VaultError/Code/rootUnreadable`` if it cannot be read, ``VaultError/Code/badRequest`` if it is no share.
  package init(file path: String) throws(VaultError) {
    try self.init(parsing: PrivateFile.read(path, limit: Self.textLimit))
  }

  private static func parse(_ text: UnsafeRawBufferPointer) throws(VaultError) -> RootShare {
    let dash = UInt8(ascii: "-")
    let parts = text.split(separator: dash, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0].lowercased == prefix else {
      throw VaultError(.badRequest, "this is not a share: a share begins with \(prefix)- and has six parts")
    }
    let body = UnsafeRawBufferPointer(rebasing: text[..<(parts[5].startIndex - 1)])
    guard parts[5].lowercased == checksum(body) else {
      throw VaultError(.badRequest, "there is a typing error in this share: its checksum does not fit")
    }
    guard parts[1].count == setSize * 2, let threshold = Int(parts[2].lowercased),
      let index = UInt8(parts[3].lowercased),
      (2...SecretSharing.shareLimit).contains(threshold), (1...SecretSharing.shareLimit).contains(Int(index))
    else { throw VaultError(.badRequest, "this share is of a form that this program does not know") }
    var isRead = false
    let value = SecretBytes(count: AEAD.keySize) { buffer in
      isRead = Base32.decode(UnsafeRawBufferPointer(rebasing: parts[4]), into: buffer)
    }
    guard isRead else { throw VaultError(.badRequest, "this share is of a form that this program does not know") }
    return RootShare(
      set: parts[1].lowercased, threshold: threshold, share: SecretSharing.Share(index: index, value: value))
  }

  /// The share as text, ending with a new line: a secret.
  package var text: SecretBytes {
    let head = Array("\(Self.prefix)-\(set)-\(threshold)-\(index)-".utf8)
    let payload = Base32.length(of: share.value.count)
    let size = head.count + payload
    return SecretBytes(count: size + 2 + Self.checksumSize * 2) { buffer in
      buffer.copyBytes(from: head)
      share.value.withUnsafeBytes {
        Base32.encode($0, into: UnsafeMutableRawBufferPointer(rebasing: buffer[head.count..<size]))
      }
      let checksum = Self.checksum(UnsafeRawBufferPointer(rebasing: buffer[..<size]))
      UnsafeMutableRawBufferPointer(rebasing: buffer[size...]).copyBytes(from: Array("-\(checksum)\n".utf8))
    }
  }

  /// Whether both are the same share of the same split.
  func isSame(as other: RootShare) -> Bool {
    set == other.set && index == other.index && share.value.isEqual(to: other.share.value)
  }

  /// Of the text in small letters.
  private static func checksum(_ text: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    let lowered = SecretBytes(count: text.count) { buffer in
      for position in text.indices { buffer[position] = text[position].lowercased }
    }
    lowered.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return Array(hash.finalize().prefix(checksumSize)).hex
  }
}

extension UInt8 {
  fileprivate var lowercased: UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self | 0x20 : self
  }

  fileprivate var isSpace: Bool { self == UInt8(ascii: " ") || (9...13).contains(self) }
}

extension UnsafeRawBufferPointer {
  fileprivate var trimmed: Slice<UnsafeRawBufferPointer> {
    let first = firstIndex { !$0.isSpace } ?? endIndex
    let last = lastIndex { !$0.isSpace }.map { $0 + 1 } ?? first
    return self[first..<last]
  }
}

extension Slice<UnsafeRawBufferPointer> {
  /// Of the parts that are no secret.
  fileprivate var lowercased: String { String(decoding: map(\.lowercased), as: UTF8.self) }
}
