import FirmwareCore
import Glibc

/// A device's small blobs in one file, sealed by AES-256-GCM under the key of a key file: what NVS encryption under an
/// eFuse key is on the board. Every change writes a new file with a new random nonce and renames it into place.
///
///     "SBNVS1" | nonce (12) | ciphertext and tag of: { length (1) name, length (2, big-endian) blob }*
public final class EncryptedKeyValueFile: KeyValueStore {
  private static let magic = Array("SBNVS1".utf8)
  private static let sizeLimit = 64 << 10

  /// Its path.
  public let path: String
  private let keyPath: String
  private var blobs: [String: [UInt8]]

  /// Opens the file, or begins an empty one. A key file that is not there is made, with 32 random octets and mode 0600.
  public init(path: String, keyFile: String) throws(DeviceError) {
    self.path = path
    keyPath = keyFile
    blobs = [:]
    guard let sealed = try FileSystem.read(path, limit: Self.sizeLimit) else {
      try Self.makeKeyIfMissing(keyFile)
      return
    }
    blobs = try open(sealed)
  }

  /// A blob, or `nil`.
  public func get(_ name: String) -> [UInt8]? { blobs[name] }

  /// Sets a blob.
  public func set(_ name: String, _ bytes: [UInt8]) throws(DeviceError) {
    var changed = blobs
    changed[name] = bytes
    try save(changed)
  }

  /// Removes a blob.
  public func erase(_ name: String) throws(DeviceError) {
    guard blobs[name] != nil else { return }
    var changed = blobs
    changed[name] = nil
    try save(changed)
  }

  private func save(_ changed: [String: [UInt8]]) throws(DeviceError) {
    var plain: [UInt8] = []
    defer { Self.wipe(&plain) }
    // One reservation, so that no reallocation leaves a copy of a key behind.
    plain.reserveCapacity(changed.reduce(0) { $0 + $1.key.utf8.count + $1.value.count + 3 })
    for (name, blob) in changed.sorted(by: { $0.key < $1.key }) {
      plain.append(UInt8(name.utf8.count))
      plain += Array(name.utf8)
      plain += [UInt8(blob.count >> 8), UInt8(blob.count & 0xff)]
      plain += blob
    }
    var nonce = [UInt8](repeating: 0, count: Int(SB_IV_SIZE))
    var sealed = [UInt8](repeating: 0, count: plain.count + Int(SB_TAG_SIZE))
    var length = 0
    var key = try Self.key(keyPath)
    defer { Self.wipe(&key) }
    let error = CoreLock.withLock {
      let error = sb_random(&nonce, nonce.count)
      guard error == SB_OK else { return error }
      return sb_aead_seal(
        key, nonce, Self.magic, Self.magic.count, plain, plain.count, &sealed, sealed.count, &length)
    }
    guard error == SB_OK else { throw DeviceError(core: error, path) }
    try FileSystem.replace(path, with: Self.magic + nonce + sealed)
    blobs = changed
  }

  private func open(_ sealed: [UInt8]) throws(DeviceError) -> [String: [UInt8]] {
    let head = Self.magic.count + Int(SB_IV_SIZE)
    guard sealed.count >= head + Int(SB_TAG_SIZE), Array(sealed.prefix(Self.magic.count)) == Self.magic else {
      throw DeviceError(.sealedFile, "\(path) is not such a file")
    }
    var plain = [UInt8](repeating: 0, count: sealed.count - head)
    defer { Self.wipe(&plain) }
    var length = 0
    var key = try Self.key(keyPath)
    defer { Self.wipe(&key) }
    let nonce = Array(sealed[Self.magic.count..<head])
    let body = Array(sealed[head...])
    let error = CoreLock.withLock {
      let error = sb_crypto_start()
      guard error == SB_OK else { return error }
      return sb_aead_open(key, nonce, Self.magic, Self.magic.count, body, body.count, &plain, plain.count, &length)
    }
    guard error == SB_OK else {
      throw DeviceError(.sealedFile, "\(path) does not open with \(keyPath)")
    }
    return Self.parse(plain[..<length])
  }

  /// The bytes are authenticated, so they are as `save` wrote them.
  private static func parse(_ plain: ArraySlice<UInt8>) -> [String: [UInt8]] {
    var blobs: [String: [UInt8]] = [:]
    var rest = plain
    while let nameLength = rest.popFirst() {
      let name = String(decoding: rest.prefix(Int(nameLength)), as: UTF8.self)
      rest = rest.dropFirst(Int(nameLength))
      let length = rest.prefix(2).reduce(0) { $0 << 8 | Int($1) }
      rest = rest.dropFirst(2)
      blobs[name] = Array(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return blobs
  }

  private static func key(_ path: String) throws(DeviceError) -> [UInt8] {
    guard let key = try FileSystem.read(path, limit: Int(SB_KEY_SIZE) + 1), key.count == Int(SB_KEY_SIZE) else {
      throw DeviceError(.sealedFile, "\(path) does not hold a key of \(SB_KEY_SIZE) octets")
    }
    return key
  }

  private static func makeKeyIfMissing(_ path: String) throws(DeviceError) {
    guard access(path, F_OK) != 0 else { return }
    var key = [UInt8](repeating: 0, count: Int(SB_KEY_SIZE))
    defer { wipe(&key) }
    let error = CoreLock.withLock {
      let error = sb_crypto_start()
      return error == SB_OK ? sb_random(&key, key.count) : error
    }
    guard error == SB_OK else { throw DeviceError(core: error, path) }
    try FileSystem.replace(path, with: key)
  }

  private static func wipe(_ bytes: inout [UInt8]) {
    bytes.withUnsafeMutableBytes { sb_wipe($0.baseAddress, $0.count) }
  }
}
