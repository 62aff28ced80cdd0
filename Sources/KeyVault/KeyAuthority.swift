package import Foundation
internal import GRDB
package import Sealing
internal import Synchronization
internal import Wire

/// An unsealed vault: every operation on a key goes through it, in one transaction with its audit entry.
package final class KeyAuthority: Sendable {
  /// What an operation decided: recorded either way, done only in one.
  enum Decision<Value> {
    case done(Value)
    case refused(VaultError)
  }

  let file: VaultFile
  let keys: KeyHierarchy
  let cache = DeviceKeyCache()
  let clock: @Sendable () -> Date
  /// Where those who wait for the access list meet.
  let access = AccessBoard()
  /// Crypto-periods.
  package let policy: KeyPolicy
  /// What the file says of the root that opens it now.
  let root: Mutex<RootDescription>
  /// Collects session-key requests into one durable transaction at a time.
  let releases: ReleaseQueue
  /// Over what is decided by rows.
  let sealed = PolicySeal()

  private init(
    file: VaultFile, keys: KeyHierarchy, root: RootDescription, policy: KeyPolicy,
    clock: @escaping @Sendable () -> Date
  ) {
    self.file = file
    self.keys = keys
    self.policy = policy
    self.root = Mutex(root)
    self.clock = clock
    releases = ReleaseQueue()
  }

  /// The HPKE public key that devices seal to: an uncompressed P-256 point of 65 bytes.
  package var enrolmentPublicKey: [UInt8] { keys.enrolment.publicKey }
  /// The Ed25519 public key of the audit log, 32 bytes.
  package var auditPublicKey: [UInt8] { keys.auditSigner.publicKey }
  /// Certificate of the device CA, PEM.
  package var deviceAuthorityPEM: String { get throws { try keys.deviceAuthority.certificate.pemText } }
  /// Certificate of the service CA, PEM.
  package var serviceAuthorityPEM: String { get throws { try keys.serviceAuthority.certificate.pemText } }

  /// Whether a directory holds a vault; one whose making was interrupted is none yet, and ``create(directory:root:cost:clock:)``
  /// begins again.
  package static func exists(in directory: String) -> Bool { VaultFile.isFinished(in: directory) }

  /// Makes a new vault whose root is there already, and opens it.
  /// - Parameter cost: of scrypt, where the root is a passphrase.
  package static func create(
    directory: String, root: RootKeySource, cost: KeyDerivation.ScryptCost = .interactive,
    policy: KeyPolicy = .standard, clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> KeyAuthority {
    switch root {
    case .keyFile(let path):
      try create(directory: directory, newRoot: .keyFile(path: path), policy: policy, clock: clock)
    case .passphraseFile(let path):
      try create(
        directory: directory, newRoot: .passphraseFile(path: path, cost: cost), policy: policy, clock: clock)
    case .shares, .token: throw VaultError(.badRequest, "a new vault makes its own shares or token key")
    }
  }

  /// Makes a new vault and opens it.
  /// - Parameter newRoot: what will open it; made first, so that no vault is ever without its root.
  package static func create(
    directory: String, newRoot: NewRoot, policy: KeyPolicy = .standard,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> KeyAuthority {
    guard !VaultFile.isFinished(in: directory) else {
      throw VaultError(.alreadyInitialised, "\(directory) holds a vault already")
    }
    let now = clock()
    let time = now.unixMicroseconds
    let (root, rootKey) = try newRoot.make(version: 1, time: time)
    let file = try VaultFile(directory: directory)
    let stored = try KeyHierarchy.create(root: rootKey, version: root.version, now: now)
    let keys = try KeyHierarchy(root: rootKey, version: root.version, stored: stored)
    let authority = KeyAuthority(file: file, keys: keys, root: root, policy: policy, clock: clock)
    try file.pool.write { database in
      try VaultHeader(root: root, auditPublicKey: keys.auditSigner.publicKey).write(to: database)
      var audit = try AuditAppender(database, actor: "local", time: time)
      try audit.append(.initialise, object: "vault", reason: root.kind.rawValue)
      for key in stored { try authority.insert(key, database, &audit) }
      try audit.seal(signer: keys.auditSigner)
      try authority.sealed.seal(database, count: audit.length, signer: keys.auditSigner, isChanged: true)
    }
    return authority
  }

  /// Opens a vault with its root.
  /// - Throws: ``VaultError`` with ``VaultError/Code/notInitialised``, ``VaultError/Code/wrongRoot``,
  ///   ``VaultError/Code/inUse`` or ``VaultError/Code/corrupted``.
  package static func open(
    directory: String, root: RootKeySource, policy: KeyPolicy = .standard,
    clock: @escaping @Sendable () -> Date = { Date() }
  ) throws -> KeyAuthority {
    guard VaultFile.exists(in: directory) else {
      throw VaultError(.notInitialised, "there is no vault in \(directory): run `sealedbeat vault init`")
    }
    let file = try VaultFile(directory: directory)
    let (header, stored) = try file.pool.read { database in
      (try VaultHeader(reading: database), try OwnKeyRow.unsealable(database))
    }
    let keys = try KeyHierarchy(root: root.open(header.root), version: header.root.version, stored: stored)
    let authority = KeyAuthority(file: file, keys: keys, root: header.root, policy: policy, clock: clock)
    // A process that was killed right after a destruction left the destroyed key, wrapped, in the write-ahead log. Somebody
    // who reads the file at this moment is no reason not to open: the next round of upkeep tries again.
    file.mayHoldErased = true
    try? file.forgetWriteAheadLog()
    try file.pool.read { database in
      try AuditVerifier.checkHead(database, publicKey: keys.auditSigner.publicKey)
      try authority.sealed.check(database, signer: keys.auditSigner)
    }
    try authority.commit(actor: "local") { _, audit in
      try audit.append(.open, object: "vault", reason: header.root.kind.rawValue)
      return .done(())
    }
    return authority
  }

  /// Runs an operation and its audit entries in one transaction. A refusal is committed too, and then thrown.
  func commit<Value>(
    actor: String, _ body: (Database, inout AuditAppender) throws -> Decision<Value>
  ) throws(VaultError) -> Value {
    let decision: Decision<Value>
    do {
      decision = try file.pool.write { database in
        try sealed.requireUnaltered(database)
        var audit = try AuditAppender(database, actor: actor, time: clock().unixMicroseconds)
        let decision = try body(database, &audit)
        try audit.seal(signer: keys.auditSigner)
        try sealed.seal(database, count: audit.length, signer: keys.auditSigner, isChanged: true)
        return decision
      }
    } catch let error as VaultError {
      try recordFailure(error, actor: actor)
      throw error
    } catch {
      throw VaultError(
        .auditUnavailable, "the operation could not be recorded, so nothing was done (\(error.databaseReason))")
    }
    switch decision {
    case .done(let value): return value
    case .refused(let error): throw error
    }
  }

  /// Records an operation that failed half-way, after it was rolled back.
  private func recordFailure(_ error: VaultError, actor: String) throws(VaultError) {
    do {
      try file.pool.write { database in
        var audit = try AuditAppender(database, actor: actor, time: clock().unixMicroseconds)
        try audit.append(.access, .refused, object: "vault", reason: "\(error.code.rawValue): \(error.reason)")
        try audit.seal(signer: keys.auditSigner)
        try sealed.seal(database, count: audit.length, signer: keys.auditSigner, isChanged: false)
      }
    } catch let nested as VaultError where nested.code == .corrupted {
      throw nested
    } catch {
      throw VaultError(.auditUnavailable, "a failure could not be recorded (\(error.databaseReason))")
    }
  }

  /// `PRAGMA synchronous` of the vault's file: 2 is FULL.
  package var synchronousLevel: Int? { get throws { try file.synchronousLevel } }

  /// Records a refusal that touched nothing else.
  package func recordRefusal(
    _ action: AuditEntry.Action, actor: String, object: String, reason: String
  ) throws(VaultError) {
    try commit(actor: actor) { _, audit in
      try audit.append(action, .refused, object: object, reason: reason)
      return .done(())
    }
  }
}

extension Date {
  /// Unix time in microseconds; 0 before 1970.
  package var unixMicroseconds: UInt64 { UInt64(max(0, timeIntervalSince1970 * 1_000_000)) }

  /// The time of a stored number of microseconds.
  init(unixMicroseconds: UInt64) { self.init(timeIntervalSince1970: Double(unixMicroseconds) / 1_000_000) }
}

extension KeyAuthority {
  /// Records that the vault is sealed; ``shut()`` then forgets its keys.
  func recordSeal(actor: String) throws(VaultError) {
    try commit(actor: actor) { _, audit in
      try audit.append(.seal, object: "vault")
      return .done(())
    }
  }

  /// Forgets the cached keys and closes the file. The keys of the hierarchy are wiped with the last reference to this
  /// object: that of a request which is being answered now, if there is one.
  func shut() {
    access.close()
    cache.removeAll()
    file.shut()
  }

  /// Records that the vault closes, last of all.
  package func recordClose() throws {
    try commit(actor: "local") { _, audit in
      try audit.append(.close, object: "vault")
      return .done(())
    }
  }
}
