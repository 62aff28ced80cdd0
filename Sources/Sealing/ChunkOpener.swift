public import Wire

/// Opens the chunks of one session of one device.
public final class ChunkOpener {
  private let cipher: AEAD
  private let device: DeviceID
  private let session: SessionID
  private let iv: SessionIV

  /// - Parameters:
  ///   - key: the session's key, of purpose ``SessionKeyPurpose/session``.
  ///   - device: the authenticated sender.
  ///   - session: which session.
  ///   - iv: the session's IV.
  public init(key: SessionKey, device: DeviceID, session: SessionID, iv: SessionIV) throws(SealingError) {
    guard key.purpose == .session else { throw .wrongSize("key purpose") }
    cipher = try AEAD(key: key.secret)
    self.device = device
    self.session = session
    self.iv = iv
  }

  /// Opens a chunk and returns its plaintext.
  /// - Throws: ``SealingError/authenticationFailed`` for anything but the very chunk that this device sealed in this
  ///   session under this key.
  public func open(_ chunk: SealedChunk) throws(SealingError) -> [UInt8] {
    guard chunk.header.session == session, chunk.header.sessionIV == iv else { throw .authenticationFailed }
    return try cipher.open(
      chunk.ciphertext, nonce: chunk.header.nonce, additionalData: chunk.additionalData(device: device))
  }
}

/// Seals chunks as a device does: for tests, tools and benchmarks. The product's device is `FirmwareCore`.
public final class ChunkSealer {
  private let cipher: AEAD
  private let device: DeviceID

  /// - Parameters:
  ///   - key: the session's key, of purpose ``SessionKeyPurpose/session``.
  ///   - device: the sender.
  public init(key: SessionKey, device: DeviceID) throws(SealingError) {
    guard key.purpose == .session else { throw .wrongSize("key purpose") }
    cipher = try AEAD(key: key.secret)
    self.device = device
  }

  /// Seals a plaintext under a header; the header's nonce must never have been used with this key.
  public func seal(_ plaintext: [UInt8], header: ChunkHeader) throws(SealingError) -> SealedChunk {
    let unsealed = SealedChunk(header: header, ciphertext: [])
    let ciphertext = try cipher.seal(
      plaintext, nonce: header.nonce, additionalData: unsealed.additionalData(device: device))
    return SealedChunk(header: header, ciphertext: ciphertext)
  }
}
