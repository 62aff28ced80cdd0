internal import Foundation
internal import Synchronization

/// What stands between the vault's routes and its keys: the opened vault, or nothing.
///
/// Everything that needs a key asks ``authority`` anew, so that sealing takes effect with the next request.
package final class VaultDoor: Sendable {
  private struct State {
    var authority: KeyAuthority?
    /// When it was sealed or unsealed last.
    var since: Date
  }

  /// Whom client certificates name; known while sealed too.
  let trust: PeerTrust
  let clock: @Sendable () -> Date
  private let state: Mutex<State>
  /// Told when there may be keys to rewrap.
  let rewraps: AsyncStream<Void>
  private let rewrapWanted: AsyncStream<Void>.Continuation

  /// The door of a vault that is open.
  package init(opened authority: KeyAuthority) {
    (rewraps, rewrapWanted) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    trust = authority.keys.trust
    clock = authority.clock
    state = Mutex(State(authority: authority, since: authority.clock()))
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
      VaultStatus(isSealed: state.authority == nil, since: state.since.unixMicroseconds)
    }
  }

  /// Records that the vault closes and closes it, unless it is sealed.
  package func close() throws {
    guard let authority = take() else { return }
    defer { authority.shut() }
    try authority.recordClose()
  }

  /// Empties the door.
  private func take() -> KeyAuthority? {
    state.withLock { state in
      defer { state = State(authority: nil, since: clock()) }
      return state.authority
    }
  }
}
