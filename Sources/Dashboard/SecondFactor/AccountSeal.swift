internal import Decryptor
internal import KeyVaultClient
internal import Sealing

/// Seals what belongs to accounts: secrets of second factors, and reasons of accesses beyond the assignment.
///
/// Its key is derived from the vault's record key of purpose `patients` under a name of its own, so that no box of one kind can
/// stand in for one of the other. The vault is asked again after ``keyLifetime``: a grant that is taken away ends then.
actor AccountSeal {
  /// How long a key is used before the vault is asked again.
  static let keyLifetime: Duration = .seconds(15 * 60)
  /// A reason is padded to a multiple of so many bytes, so that its length does not tell much.
  private static let paddedSize = 256

  private let keys: any SessionKeySource
  private let time: Timekeeper
  private var box: SealedBox?
  private var madeAt: Duration = .zero

  init(keys: any SessionKeySource, time: Timekeeper) {
    self.keys = keys
    self.time = time
  }

  /// Seals bytes for one place.
  /// - Throws: `KeyVaultError`, `SealingError`.
  func seal(_ plaintext: SecretBytes, context: String) async throws -> [UInt8] {
    let box = try await current()
    return try plaintext.withUnsafeBytes { try box.seal(Array($0), context: context) }
  }

  /// Opens what was sealed for that place.
  /// - Throws: `KeyVaultError`, `SealingError`.
  func open(_ sealed: [UInt8], context: String) async throws -> SecretBytes {
    SecretBytes(copying: try await current().open(sealed, context: context))
  }

  /// Seals a text, padded.
  func seal(text: String, context: String) async throws -> [UInt8] {
    var bytes = Array(text.utf8)
    bytes += Array(repeating: 0, count: Self.paddedSize - bytes.count % Self.paddedSize)
    return try await current().seal(bytes, context: context)
  }

  /// Opens a text.
  func text(_ sealed: [UInt8], context: String) async throws -> String {
    String(decoding: try await current().open(sealed, context: context).prefix { $0 != 0 }, as: UTF8.self)
  }

  private func current() async throws -> SealedBox {
    if let box, time.uptime() - madeAt < Self.keyLifetime { return box }
    let record = try await keys.recordKey(.patients)
    let fresh = try SealedBox(
      key: KeyDerivation.hkdfSHA256(key: record, salt: [], info: Array("SealedBeat/1 accounts".utf8), count: 32))
    box = fresh
    madeAt = time.uptime()
    return fresh
  }
}
