package import Foundation
internal import Sealing
internal import Synchronization

/// What stands between the vault's routes and its keys: the opened vault, or nothing.
///
/// Everything that needs a key asks ``authority`` anew, so that sealing takes effect with the next request.
package final class VaultDoor: Sendable {
  struct State {
    var authority: KeyAuthority?
    /// When it was sealed or unsealed last.
    var since: Date
    /// What the file said of the root when it was looked at last.
    var root: RootDescription
    var collecting: UnsealMachine?
    var journal = UnsealJournal()
    /// Of the listeners' own certificate, while no authority of the vault has signed it.
    var pin: String?
    /// What must succeed before anybody gets at the keys: the listeners' certificate.
    var onOpen: (@Sendable (KeyAuthority) throws -> Void)?
  }

  /// Whom client certificates name; known while sealed too.
  let trust: PeerTrust
  let clock: @Sendable () -> Date
  /// Crypto-periods of the vault when it is opened.
  let policy: KeyPolicy
  let directory: String
  /// Where the root is read from by ``unseal(actor:)``; `nil` where people bring it.
  let root: RootKeySource?
  let state: Mutex<State>
  /// Told when there may be keys to rewrap.
  let rewraps: AsyncStream<Void>
  private let rewrapWanted: AsyncStream<Void>.Continuation
  /// One opening at a time; it may take as long as scrypt or a token does.
  let opening = NSLock()
  private let started = ContinuousClock.now

  /// The door of a vault that is open.
  /// - Parameter root: what opened it, to open it again after it was sealed; not for shares.
  package init(opened authority: KeyAuthority, root: RootKeySource? = nil) {
    (rewraps, rewrapWanted) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    trust = authority.keys.trust
    clock = authority.clock
    policy = authority.policy
    directory = authority.file.directory
    self.root = root
    state = Mutex(State(authority: authority, since: authority.clock(), root: authority.rootDescription))
  }

  /// The door of a vault that is sealed.
  /// - Parameters:
  ///   - directory: of the vault.
  ///   - root: what ``unseal(actor:)`` reads; `nil` where people bring shares.
  ///   - policy: crypto-periods.
  ///   - clock: tells the time.
  /// - Throws: ``VaultError/Code/notInitialised``, ``VaultError/Code/storage`` or ``VaultError/Code/corrupted``.
  package init(
    sealed directory: String, root: RootKeySource? = nil, policy: KeyPolicy = .standard,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws {
    let outside = try SealedVault(directory: directory)
    (rewraps, rewrapWanted) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    trust = outside.trust
    self.clock = clock
    self.policy = policy
    self.directory = directory
    self.root = root
    state = Mutex(State(authority: nil, since: clock(), root: outside.root))
  }

  /// The open vault.
  /// - Throws: ``VaultError/Code/sealed``.
  package var authority: KeyAuthority {
    get throws(VaultError) {
      guard let authority = state.withLock({ $0.authority }) else { throw VaultError.sealed }
      return authority
    }
  }

  /// Seals the vault: recorded, then its keys are forgotten and its file is closed.
  /// - Throws: ``VaultError/Code/sealed`` if it is sealed already, ``VaultError/Code/auditUnavailable`` if that could not
  ///   be recorded: then it stays open.
  package func seal(actor: String) throws(VaultError) {
    try authority.recordSeal(actor: actor)
    take()?.shut()
  }

  /// Asks the running service to move every key under the present tenant key.
  func rewrap() { rewrapWanted.yield() }

  /// What anybody with an identity may know.
  package func status() -> VaultStatus {
    state.withLock { state in
      if let authority = state.authority { state.root = authority.rootDescription }
      let root = state.root
      return VaultStatus(
        isSealed: state.authority == nil, since: state.since.unixMicroseconds, rootKind: root.kind,
        rootVersion: root.version, rootFingerprint: root.fingerprint,
        shares: root.split.map {
          VaultStatus.Shares(set: $0.set, given: state.collecting?.given(now: seconds) ?? 0, needed: $0.threshold)
        }, pin: state.pin, lockedMemory: ProcessHardening.lockedMemory)
    }
  }

  /// Records that the vault closes and closes it, unless it is sealed.
  package func close() throws {
    guard let authority = take() else { return }
    defer { authority.shut() }
    try authority.recordClose()
  }

  /// Names the certificate that the listeners show as long as it is their own.
  func show(pin: String?) { state.withLock { $0.pin = pin } }

  /// Says what must succeed before the vault counts as open.
  func beforeOpening(_ action: @escaping @Sendable (KeyAuthority) throws -> Void) {
    state.withLock { $0.onOpen = action }
  }

  /// Seconds on a steady clock.
  var seconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - started).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }

  /// Empties the door.
  private func take() -> KeyAuthority? {
    state.withLock { state in
      guard let authority = state.authority else { return nil }
      state.root = authority.rootDescription
      state.authority = nil
      state.since = clock()
      return authority
    }
  }
}
