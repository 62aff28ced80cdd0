internal import Sealing
internal import Synchronization

/// The root that opens the vault now, for what is wrapped by it: tenant keys and backup keys.
final class RootSlot: Sendable {
  private struct State {
    var key: any RootKey
    var version: UInt32
  }

  private let state: Mutex<State>

  init(_ key: any RootKey, version: UInt32) { state = Mutex(State(key: key, version: version)) }

  /// The root and its version.
  var current: (key: any RootKey, version: UInt32) { state.withLock { ($0.key, $0.version) } }

  /// Puts another root in place, once everything on the disk is under it.
  func replace(_ key: any RootKey, version: UInt32) {
    state.withLock { $0 = State(key: key, version: version) }
  }

  /// Wraps a new key of the vault's own.
  func wrap(
    _ key: SecretBytes, _ name: OwnKey, version: UInt32, state: KeyState = .active
  ) throws -> KeyHierarchy.Stored {
    let (root, rootVersion) = current
    let context = KeyContext.own(name, version: version, state: state, root: rootVersion)
    return KeyHierarchy.Stored(
      name: name, version: version, state: state, kek: rootVersion,
      wrapped: try root.wrap(key, context: context.encoded))
  }

  /// Unwraps one.
  func open(_ stored: KeyHierarchy.Stored) throws(VaultError) -> SecretBytes {
    try current.key.unwrap(stored.wrapped, context: stored.context.encoded)
  }
}
