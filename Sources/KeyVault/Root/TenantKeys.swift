internal import Sealing
internal import Synchronization

/// The tenant key-encryption keys that are unsealed: one wraps, earlier ones still unwrap until nothing is under them.
final class TenantKeys: Sendable {
  private struct State {
    var wraps: [UInt32: KeyWrap] = [:]
    var current: UInt32 = 0
  }

  private let state = Mutex(State())

  /// The one that wraps, and its version; `nil` in a vault without any.
  var current: (version: UInt32, wrap: KeyWrap)? {
    state.withLock { state in state.wraps[state.current].map { (state.current, $0) } }
  }

  /// The key of a version; `nil` if it was destroyed or never was.
  subscript(version: UInt32) -> KeyWrap? { state.withLock { $0.wraps[version] } }

  /// Adds a version; the highest one wraps.
  func add(_ wrap: KeyWrap, version: UInt32) {
    state.withLock { state in
      state.wraps[version] = wrap
      state.current = max(state.current, version)
    }
  }

  /// Forgets a version.
  func remove(version: UInt32) { state.withLock { $0.wraps[version] = nil } }
}
