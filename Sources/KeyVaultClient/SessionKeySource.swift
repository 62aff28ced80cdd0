public import Sealing
public import Wire

/// Where a service gets the keys of sessions from: the vault, or a stand-in under test.
public protocol SessionKeySource: Sendable {
  /// Asks for the keys of several sessions at once; each request is granted or refused by itself.
  /// - Returns: one answer for each request, in order. At most ``SessionKeyRequest/batchLimit`` requests a call.
  /// - Throws: ``KeyVaultError`` only when the vault could not be asked at all.
  func sessionKeys(_ requests: [SessionKeyRequest]) async throws(KeyVaultError) -> [SessionKeyAnswer]

  /// The key that seals records of the whole tenant: patients' identities.
  func recordKey(_ purpose: RecordKeyPurpose) async throws(KeyVaultError) -> SecretBytes
}

/// A request for the keys of one session.
public struct SessionKeyRequest: Hashable, Sendable {
  /// Most requests in one call: the answer stays under 1 MiB.
  public static let batchLimit = 1000

  /// Whose session.
  public let reference: SessionReference
  /// Its IV, salt of the derivation.
  public let iv: SessionIV
  /// The device key's version.
  public let keyVersion: KeyVersion
  /// Which keys are wanted.
  public let purposes: Set<SessionKeyPurpose>

  /// Describes a request.
  public init(
    reference: SessionReference, iv: SessionIV, keyVersion: KeyVersion, purposes: Set<SessionKeyPurpose>
  ) {
    self.reference = reference
    self.iv = iv
    self.keyVersion = keyVersion
    self.purposes = purposes
  }
}

/// What the vault says to one request.
public enum SessionKeyAnswer: Sendable {
  /// The keys, one for each purpose asked for.
  case released([SessionKeyPurpose: SessionKey])
  /// Not for this identity, not now, or never again.
  case refused(SessionKeyRefusal)
}

/// Why a key was refused.
public enum SessionKeyRefusal: String, Error, Sendable, Codable, CaseIterable {
  /// This identity holds no grant for this device and purpose.
  case noGrant = "no-grant"
  /// The device is not enrolled, or has no such key version.
  case unknownKey = "unknown-key"
  /// The key's state forbids it: suspended or pre-activation.
  case stateForbids = "state-forbids"
  /// The key was reported compromised before anybody asked for this session.
  case compromised
  /// The device was revoked before anybody asked for this session.
  case revoked
  /// The key was destroyed: what it sealed can never be read again.
  case destroyed
  /// The session repeats an initialisation vector under its key.
  case ivRepeated = "iv-repeated"
  /// The vault's record of the key is damaged.
  case damaged
  /// The key has served as many sessions as it may.
  case limitReached = "limit-reached"
}

/// What a tenant-wide record key seals.
public enum RecordKeyPurpose: String, Sendable, Codable, CaseIterable {
  /// Names and particulars of patients.
  case patients
  /// Alert plans: who is told of a patient's alerts, and how; and the notifier's ledgers.
  case plans
}

/// Why the vault could not be asked.
public enum KeyVaultError: Error, Sendable, Hashable {
  /// No connection, a time-out or a 5xx: ask again later. The text names the cause, never a secret.
  case unavailable(String)
  /// The vault is sealed: an operator has to unseal it.
  case sealed
  /// The vault refused this identity or this request altogether.
  case forbidden(String)
  /// The answer was not what the protocol says.
  case badAnswer(String)
}
