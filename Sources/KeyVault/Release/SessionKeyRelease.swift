package import Sealing
package import Wire

/// One session whose keys a service asks for.
package struct ReleaseRequest: Hashable, Sendable {
  /// Most sessions in one call: the answer stays under 1 MiB.
  package static let batchLimit = 1000

  /// Whose session.
  package let device: DeviceID
  /// Which one.
  package let session: SessionID
  /// Salt of the derivation.
  package let iv: SessionIV
  /// Version of the device key.
  package let version: KeyVersion
  /// Which keys, in the order of ``SessionKeyPurpose/allCases``.
  package let purposes: [SessionKeyPurpose]

  /// Describes a request.
  package init(
    device: DeviceID, session: SessionID, iv: SessionIV, version: KeyVersion, purposes: [SessionKeyPurpose]
  ) {
    self.device = device
    self.session = session
    self.iv = iv
    self.version = version
    self.purposes = purposes
  }
}

/// Why the keys of one session were refused. The raw values travel to the client.
package enum ReleaseRefusal: String, Sendable, CaseIterable {
  /// No grant for this device and purpose.
  case noGrant = "no-grant"
  /// No such device or key version.
  case unknownKey = "unknown-key"
  /// Suspended, or not active yet.
  case stateForbids = "state-forbids"
  /// The key was reported compromised, and this session was unknown until then: it could be anybody's.
  case compromised
  /// The device was revoked, and this session was unknown until then.
  case revoked
  /// Destroyed: what it sealed can never be read again.
  case destroyed
  /// The session would use an initialisation vector of another one under the same key, or has another one than before.
  case ivRepeated = "iv-repeated"
  /// The key has derived keys of as many sessions as it may.
  case limitReached = "limit-reached"
}

/// What the vault says to one request.
package enum ReleaseAnswer: Sendable {
  /// The keys, in the order of the request's purposes.
  case released([SessionKey])
  /// Why not.
  case refused(ReleaseRefusal)
}
