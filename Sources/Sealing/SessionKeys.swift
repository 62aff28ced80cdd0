public import Wire

/// What a key that is derived from a device key may be used for.
public enum SessionKeyPurpose: String, Sendable, Codable, CaseIterable {
  /// Opens chunks.
  case session
  /// Seals and opens what we derive from a session: findings, checkpoints, alerts.
  case findings

  /// The beginning of HKDF `info`.
  var label: String { "SealedBeat/1 \(rawValue)" }
}

/// A key of one session, and what it is for.
public struct SessionKey: Sendable, CustomStringConvertible {
  /// What it may be used for.
  public let purpose: SessionKeyPurpose
  /// ``AEAD/keySize`` bytes.
  public let secret: SecretBytes

  /// Takes a key that the vault released.
  public init(purpose: SessionKeyPurpose, secret: SecretBytes) throws(SealingError) {
    guard secret.count == AEAD.keySize else { throw .wrongSize("session key") }
    self.purpose = purpose
    self.secret = secret
  }

  /// Derives a session's key from a device key, as `docs/wire-format.md` says. Only the vault and a device can.
  public init(
    deviceKey: SecretBytes, device: DeviceID, session: SessionID, iv: SessionIV, purpose: SessionKeyPurpose
  ) throws(SealingError) {
    let info = Array(purpose.label.utf8) + [0] + Array(device.name.utf8) + [0] + session.bytes
    let secret = try KeyDerivation.hkdfSHA256(key: deviceKey, salt: iv.bytes, info: info, count: AEAD.keySize)
    try self.init(purpose: purpose, secret: secret)
  }

  /// The purpose alone.
  public var description: String { "SessionKey(\(purpose.rawValue))" }
}
