internal import Sealing
internal import Synchronization
internal import Wire

/// Unwrapped device keys in locked memory, so that a release does not unwrap them again. What a key may be used for is
/// decided before, from the vault's file.
final class DeviceKeyCache: Sendable {
  /// Most keys that are kept: with 64 bytes each, a quarter of the locked heap.
  static let capacity = 16_384

  struct Name: Hashable {
    let device: DeviceID
    let version: KeyVersion
  }

  private struct Content {
    // Two generations stand for the order of use: a key that is used moves to the young one, and when that is full the
    // old one is forgotten whole.
    var young: [Name: SecretBytes] = [:]
    var old: [Name: SecretBytes] = [:]
  }

  private let content = Mutex(Content())

  subscript(name: Name) -> SecretBytes? {
    content.withLock { content in
      if let key = content.young[name] { return key }
      guard let key = content.old.removeValue(forKey: name) else { return nil }
      Self.insert(key, name, &content)
      return key
    }
  }

  func insert(_ key: SecretBytes, as name: Name) {
    content.withLock { Self.insert(key, name, &$0) }
  }

  func remove(_ name: Name) {
    content.withLock {
      $0.young[name] = nil
      $0.old[name] = nil
    }
  }

  /// Forgets, and so wipes, every key.
  func removeAll() {
    content.withLock { $0 = Content() }
  }

  private static func insert(_ key: SecretBytes, _ name: Name, _ content: inout Content) {
    if content.young.count >= capacity / 2 {
      content.old = content.young
      content.young = [:]
    }
    content.young[name] = key
  }
}
