internal import Crypto
internal import Decryptor
internal import Foundation
internal import HTTPTypes
internal import Logging
internal import Sealing
internal import Store
internal import Wire

/// Registers, checks and removes passkeys. What is known of a key rests sealed, as secrets of one-time codes do.
struct PasskeyDesk: Sendable {
  /// Most keys of one account: the ones people carry, and one in the safe.
  static let limit = 10
  /// What a key may be called.
  static let nameLength = 1...64

  /// A key that was used rightly, before anybody knows whether the rest is right.
  struct Use: Sendable {
    let record: PasskeyRecord
    let challenge: String
    let browser: String
    let counter: UInt32
  }

  /// What rests sealed of a key.
  private struct Content: Codable {
    let credential: [UInt8]
    let key: PasskeyKey
    /// What the authenticator calls the account: the same for all its keys.
    let handle: [UInt8]
    let name: String
  }

  /// `nil` where there is no address that browsers make passkeys for.
  let party: RelyingParty?
  let registry: any AccessStore
  let seal: AccountSeal
  let challenges: ChallengeBook
  let time: Timekeeper
  let logger: Logger

  // MARK: Registration

  /// What the browser needs to make a key.
  func begin(_ signedIn: SignedIn) async throws -> NewPasskeyView {
    guard let party else { throw APIProblem.noPasskeys }
    let known = try await contents(of: signedIn.account)
    guard known.count < Self.limit else { throw APIProblem.tooManyPasskeys }
    let handle = try known.first?.content.handle ?? SecureRandom.bytes(32)
    return NewPasskeyView(
      challenge: try challenges.challenge(.registration(signIn: signedIn.token.storedHash)), party: party.id,
      user: handle.base64URL, account: signedIn.account,
      algorithms: PasskeyKey.Algorithm.allCases.map(\.rawValue),
      known: known.map { $0.content.credential.base64URL },
      timeoutMs: Int(ChallengeBook.lifetime.components.seconds) * 1000)
  }

  /// Registers a key that was made.
  /// - Returns: Recovery codes where these are the account's first ones, known nowhere afterwards.
  func add(_ made: MadePasskey, to signedIn: SignedIn) async throws -> [String] {
    guard let party else { throw APIProblem.noPasskeys }
    guard PersonsLine.isLine(made.name, of: Self.nameLength), let handle = [UInt8](base64URL: made.user),
      handle.count == 32
    else { throw APIProblem.badRequest }
    let purpose = ChallengeBook.Purpose.registration(signIn: signedIn.token.storedHash)
    let registered: RelyingParty.Registered
    do {
      var challenge = ""
      registered = try party.register(
        clientData: Self.bytes(made.clientData), attestation: Self.bytes(made.attestation)
      ) { given in
        challenge = given
        return challenges.isOpen(given, purpose)
      }
      guard challenges.use(challenge, purpose) else { throw PasskeyFault.wrongChallenge }
    } catch let fault as PasskeyFault {
      throw refused(fault)
    }
    let known = try await contents(of: signedIn.account)
    guard known.allSatisfy({ $0.content.handle == handle }) else { throw refused(.malformed) }
    let hash = Array(SHA256.hash(data: registered.credential))
    let content = Content(
      credential: registered.credential, key: registered.key, handle: handle, name: made.name)
    let box = try await seal.seal(
      SecretBytes(copying: try JSONReply.encode(content)), context: Self.context(signedIn.account, hash))
    let codes = try RecoveryCode.fresh()
    let added = try await registry.add(
      PasskeyRecord(
        hash: hash, account: signedIn.account, box: box, counter: registered.counter,
        createdAt: time.unixMicroseconds(), lastUsedAt: nil),
      limit: Self.limit, recoveryCodes: codes.map(\.hash))
    guard let added else { throw APIProblem.tooManyPasskeys }
    try await record(.passkeyAdded, of: signedIn.account, detail: made.name)
    return added ? codes.map(\.written) : []
  }

  // MARK: Use

  /// What the browser needs to use a key, for whichever account it is.
  func beginUse(browser: String) throws -> PasskeyChallengeView {
    guard let party else { throw APIProblem.noPasskeys }
    return PasskeyChallengeView(
      challenge: try challenges.challenge(.use(browser: browser)), party: party.id,
      timeoutMs: Int(ChallengeBook.lifetime.components.seconds) * 1000)
  }

  /// The key that an answer names; `nil` where there is none of that name.
  func record(of answer: PasskeyAnswer) async throws -> PasskeyRecord? {
    guard let credential = [UInt8](base64URL: answer.credential) else { return nil }
    return try await registry.passkey(hash: Array(SHA256.hash(data: credential)))
  }

  /// Checks an answer and uses nothing up.
  /// - Parameter needsVerification: Whether the key alone lets in: then it has to know whose hand it is in.
  /// - Throws: ``PasskeyFault``, `KeyVaultError` when what is known of the key cannot be opened now.
  func examine(
    _ answer: PasskeyAnswer, against record: PasskeyRecord, browser: String, needsVerification: Bool
  ) async throws -> Use {
    guard let party else { throw PasskeyFault.unknownCredential }
    let content = try await content(of: record)
    if let user = answer.user, [UInt8](base64URL: user) != content.handle {
      throw PasskeyFault.unknownCredential
    }
    var challenge = ""
    let counter = try party.assert(
      content.key, clientData: Self.bytes(answer.clientData), data: Self.bytes(answer.data),
      signature: Self.bytes(answer.signature), needsVerification: needsVerification
    ) { given in
      challenge = given
      return challenges.isOpen(given, .use(browser: browser))
    }
    return Use(record: record, challenge: challenge, browser: browser, counter: counter)
  }

  /// Uses challenge and counter up.
  /// - Returns: Whether it counted: an answer counts once, and a counter that does not go forward never.
  func use(_ use: Use) async throws -> Bool {
    guard challenges.use(use.challenge, .use(browser: use.browser)) else { return false }
    let isForward = try await registry.usePasskey(
      hash: use.record.hash, counter: use.counter, at: time.unixMicroseconds())
    if !isForward {
      logger.warning("a passkey's counter did not go forward", metadata: ["account": "\(use.record.account)"])
      try await record(.passkeyCounterBack, of: use.record.account, detail: nil)
    }
    return isForward
  }

  // MARK: Keeping

  /// The keys of an account, oldest first.
  func list(_ account: String) async throws -> [PasskeyView] {
    try await contents(of: account).map { record, content in
      PasskeyView(
        id: record.id, name: content.name, createdMs: record.createdAt / 1000,
        lastUsedMs: record.lastUsedAt.map { $0 / 1000 })
    }
  }

  /// Whether an account has a key.
  func hasAny(_ account: String) async throws -> Bool { try await !registry.passkeys(of: account).isEmpty }

  /// Takes a key away, by the person.
  func remove(_ id: String, of account: String) async throws {
    guard let record = try await registry.passkeys(of: account).first(where: { $0.id == id }),
      try await registry.deletePasskey(hash: record.hash, of: account)
    else { throw APIProblem.notFound }
    let name = try? await content(of: record).name
    try await self.record(.passkeyRemoved, of: account, detail: name)
  }

  private func contents(of account: String) async throws -> [(record: PasskeyRecord, content: Content)] {
    var found: [(record: PasskeyRecord, content: Content)] = []
    for record in try await registry.passkeys(of: account) { found.append((record, try await content(of: record))) }
    return found
  }

  private func content(of record: PasskeyRecord) async throws -> Content {
    let plaintext = try await seal.open(record.box, context: Self.context(record.account, record.hash))
    return try plaintext.withUnsafeBytes { try JSONDecoder().decode(Content.self, from: Data($0)) }
  }

  private func record(_ kind: AccountEvent.Kind, of account: String, detail: String?) async throws {
    try await registry.append(
      AccountEvent(account: account, actor: account, kind: kind, at: time.unixMicroseconds(), detail: detail))
  }

  private func refused(_ fault: PasskeyFault) -> APIProblem {
    logger.notice("a passkey was not taken", metadata: ["reason": "\(fault.rawValue)"])
    return .passkeyRefused
  }

  private static func bytes(_ text: String) throws(PasskeyFault) -> [UInt8] {
    guard text.utf8.count <= RelyingParty.partLimit * 2, let bytes = [UInt8](base64URL: text, upTo: 8192)
    else { throw .malformed }
    return bytes
  }

  private static func context(_ account: String, _ hash: [UInt8]) -> String { "passkey/\(account)/\(hash.hex)" }
}

extension PasskeyRecord {
  /// What it is called by in lists and addresses.
  var id: String { Array(hash.prefix(12)).hex }
}

extension APIProblem {
  static let noPasskeys = APIProblem(
    status: .conflict, code: "no-passkeys",
    reason: "No passkeys here: dashboard.url has to name this server by its host's name.")
  static let tooManyPasskeys = APIProblem(
    status: .conflict, code: "too-many-passkeys", reason: "An account has at most 10 passkeys; remove one first.")
  static let passkeyRefused = APIProblem(
    status: .forbidden, code: "passkey-refused", reason: "This passkey cannot be registered here.")
}
