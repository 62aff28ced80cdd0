internal import Foundation
package import Sealing
internal import Synchronization

extension VaultDoor {
  /// Takes one share, and opens the vault with the last that it needs.
  ///
  /// Every attempt is in the audit log once the vault is open, refusals included.
  /// - Throws: ``VaultError/Code/stateForbids`` if the vault is open, ``VaultError/Code/wrongRoot`` or
  ///   ``VaultError/Code/badRequest`` for a share that cannot be used, ``VaultError/Code/tooMany`` after too many wrong
  ///   sets, or what ``KeyAuthority/open(directory:root:clock:)`` throws.
  package func give(_ share: RootShare, actor: String) throws -> VaultStatus {
    let outside = try look()
    guard let split = outside.split else {
      throw VaultError(.badRequest, "this vault opens with a \(outside.kind.name): unseal it without a share")
    }
    let object = "share/\(share.set)/\(share.index)"
    let outcome = state.withLock { state in
      if state.collecting?.split != split { state.collecting = UnsealMachine(split) }
      if state.collecting?.expire(now: seconds) == true {
        state.journal.add(
          attempt("local", .refused, "share/\(split.set)", "the set was not complete in time: forgotten"))
      }
      let outcome = state.collecting?.give(share, now: seconds) ?? .waiting
      switch outcome {
      case .waiting, .complete: state.journal.add(attempt(actor, .done, object, "share given"))
      case .refused(let error): state.journal.add(attempt(actor, .refused, object, error.code.rawValue))
      }
      return outcome
    }
    switch outcome {
    case .waiting: break
    case .refused(let error): throw error
    case .complete(let shares):
      do {
        try open(.shares(shares), actor: actor)
      } catch let error as VaultError where error.code == .wrongRoot {
        state.withLock { state in
          state.collecting?.failed(now: seconds)
          state.journal.add(
            attempt(actor, .refused, "share/\(split.set)", "the set does not open the vault: forgotten"))
        }
        throw VaultError(
          .wrongRoot,
          "these \(shares.count) shares do not open the vault: one is forged; all are forgotten, begin again")
      }
    }
    return status()
  }

  /// Takes a text that should be a share; see ``give(_:actor:)``.
  package func give(text: SecretBytes, actor: String) throws -> VaultStatus {
    let share: RootShare
    do {
      share = try RootShare(parsing: text)
    } catch {
      note(actor, .refused, "share", error.code.rawValue)
      throw error
    }
    return try give(share, actor: actor)
  }

  /// Reads the root again from where the vault was started with it, and opens the vault.
  /// - Throws: ``VaultError/Code/badRequest`` if people must bring shares.
  package func unseal(actor: String) throws -> VaultStatus {
    let outside = try look()
    guard outside.kind != .shares, let root else {
      throw VaultError(
        .badRequest, "this vault opens with \(outside.split?.threshold ?? 0) shares: give one after another")
    }
    do {
      try open(root, actor: actor)
    } catch let error as VaultError {
      note(actor, .refused, "vault", error.code.rawValue)
      throw error
    }
    return status()
  }

  /// What the file says of its root now: it may have been rotated while the vault was sealed.
  private func look() throws -> RootDescription {
    guard state.withLock({ $0.authority == nil }) else {
      throw VaultError(.stateForbids, "the vault is not sealed")
    }
    let root = try SealedVault(directory: directory).root
    state.withLock { $0.root = root }
    return root
  }

  private func open(_ root: RootKeySource, actor: String) throws {
    opening.lock()
    defer { opening.unlock() }
    let (isOpen, journal, onOpen) = state.withLock { ($0.authority != nil, $0.journal, $0.onOpen) }
    guard !isOpen else { return }
    let authority = try KeyAuthority.open(directory: directory, root: root, policy: policy, clock: clock)
    do {
      try authority.recordUnseal(journal, actor: actor)
      try onOpen?(authority)
    } catch {
      authority.shut()
      throw error
    }
    state.withLock { state in
      state.authority = authority
      state.since = clock()
      state.root = authority.rootDescription
      state.journal = UnsealJournal()
      state.collecting?.reset()
      state.pin = nil
    }
    // A rewrap that was interrupted goes on.
    rewrap()
  }

  private func note(_ actor: String, _ outcome: AuditEntry.Outcome, _ object: String, _ reason: String) {
    state.withLock { $0.journal.add(attempt(actor, outcome, object, reason)) }
  }

  private func attempt(
    _ actor: String, _ outcome: AuditEntry.Outcome, _ object: String, _ reason: String
  ) -> UnsealJournal.Attempt {
    UnsealJournal.Attempt(
      time: clock().unixMicroseconds, actor: actor, outcome: outcome, object: object, reason: reason)
  }
}
