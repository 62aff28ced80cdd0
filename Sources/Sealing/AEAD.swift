internal import COpenSSL

/// AES-256-GCM (NIST SP 800-38D) through OpenSSL EVP, with 96-bit nonces and 128-bit tags.
///
/// One instance holds one expanded key, so that a session's chunks do not expand it again. It is confined to one
/// caller at a time; copies of the key are wiped by OpenSSL when it ends.
public final class AEAD {
  /// Bytes of a key.
  public static let keySize = 32
  /// Bytes of a nonce.
  public static let nonceSize = 12
  /// Bytes of a tag.
  public static let tagSize = 16

  private let sealing: OpaquePointer
  private let opening: OpaquePointer

  /// Expands a key of ``keySize`` bytes.
  public init(key: SecretBytes) throws(SealingError) {
    guard key.count == Self.keySize else { throw .wrongSize("AES-256 key") }
    guard let sealing = EVP_CIPHER_CTX_new() else { throw .libraryFailure("EVP_CIPHER_CTX_new") }
    guard let opening = EVP_CIPHER_CTX_new() else {
      EVP_CIPHER_CTX_free(sealing)
      throw .libraryFailure("EVP_CIPHER_CTX_new")
    }
    self.sealing = sealing
    self.opening = opening
    let isReady = key.withUnsafeBytes { bytes in
      let octets = bytes.assumingMemoryBound(to: UInt8.self).baseAddress
      return EVP_EncryptInit_ex(sealing, EVP_aes_256_gcm(), nil, octets, nil) == 1
        && EVP_DecryptInit_ex(opening, EVP_aes_256_gcm(), nil, octets, nil) == 1
    }
    // `deinit` runs on a throw here, since every stored property is set.
    guard isReady else { throw .libraryFailure("AES-256-GCM key") }
  }

  deinit {
    EVP_CIPHER_CTX_free(sealing)
    EVP_CIPHER_CTX_free(opening)
  }

  /// Seals; returns ciphertext followed by the tag.
  public func seal(
    _ plaintext: UnsafeRawBufferPointer, nonce: [UInt8], additionalData: [UInt8]
  ) throws(SealingError) -> [UInt8] {
    guard nonce.count == Self.nonceSize else { throw .wrongSize("nonce") }
    var sealed = [UInt8](repeating: 0, count: plaintext.count + Self.tagSize)
    let isSealed = sealed.withUnsafeMutableBufferPointer { output in
      var length: Int32 = 0
      // swift-format-ignore: NeverForceUnwrap — the array holds at least a tag.
      let base = output.baseAddress!
      return EVP_EncryptInit_ex(sealing, nil, nil, nil, nonce) == 1
        && EVP_EncryptUpdate(sealing, nil, &length, additionalData, Int32(additionalData.count)) == 1
        && EVP_EncryptUpdate(
          sealing, base, &length, plaintext.assumingMemoryBound(to: UInt8.self).baseAddress ?? UnsafePointer(base),
          Int32(plaintext.count)) == 1
        && EVP_EncryptFinal_ex(sealing, base + plaintext.count, &length) == 1
        && EVP_CIPHER_CTX_ctrl(
          sealing, EVP_CTRL_AEAD_GET_TAG, Int32(Self.tagSize), base + plaintext.count) == 1
    }
    guard isSealed else { throw .libraryFailure("AES-256-GCM seal") }
    return sealed
  }

  /// Seals an array; returns ciphertext followed by the tag.
  public func seal(_ plaintext: [UInt8], nonce: [UInt8], additionalData: [UInt8]) throws(SealingError) -> [UInt8] {
    try plaintext.withUnsafeBufferPointer { (bytes) throws(SealingError) in
      try seal(UnsafeRawBufferPointer(bytes), nonce: nonce, additionalData: additionalData)
    }
  }

  /// Opens ciphertext followed by its tag. Nothing of a message that fails is ever returned.
  public func open(_ sealed: [UInt8], nonce: [UInt8], additionalData: [UInt8]) throws(SealingError) -> [UInt8] {
    guard sealed.count >= Self.tagSize else { throw .authenticationFailed }
    var plaintext = [UInt8](repeating: 0, count: sealed.count - Self.tagSize)
    let outcome = plaintext.withUnsafeMutableBytes { output in
      Result { () throws(SealingError) in
        try open(sealed, into: output, nonce: nonce, additionalData: additionalData)
      }
    }
    try outcome.get()
    return plaintext
  }

  /// Opens a sealed key straight into locked memory: its plaintext never lies anywhere else.
  public func openSecret(
    _ sealed: [UInt8], nonce: [UInt8], additionalData: [UInt8]
  ) throws(SealingError) -> SecretBytes {
    guard sealed.count >= Self.tagSize else { throw .authenticationFailed }
    return try SecretBytes(count: sealed.count - Self.tagSize) { (output) throws(SealingError) in
      try open(sealed, into: output, nonce: nonce, additionalData: additionalData)
    }
  }

  /// Writes the plaintext to `output`, which it wipes if the message is not authentic.
  private func open(
    _ sealed: [UInt8], into output: UnsafeMutableRawBufferPointer, nonce: [UInt8], additionalData: [UInt8]
  ) throws(SealingError) {
    guard nonce.count == Self.nonceSize else { throw .wrongSize("nonce") }
    let count = output.count
    let isAuthentic = sealed.withUnsafeBufferPointer { input in
      // swift-format-ignore: NeverForceUnwrap — both callers have seen that the input holds at least a tag.
      let source = input.baseAddress!
      let target = output.baseAddress?.assumingMemoryBound(to: UInt8.self) ?? UnsafeMutablePointer(mutating: source)
      var length: Int32 = 0
      return EVP_DecryptInit_ex(opening, nil, nil, nil, nonce) == 1
        && EVP_DecryptUpdate(opening, nil, &length, additionalData, Int32(additionalData.count)) == 1
        && EVP_DecryptUpdate(opening, target, &length, source, Int32(count)) == 1
        && EVP_CIPHER_CTX_ctrl(
          opening, EVP_CTRL_AEAD_SET_TAG, Int32(Self.tagSize), UnsafeMutablePointer(mutating: source + count)) == 1
        && EVP_DecryptFinal_ex(opening, target + count, &length) == 1
    }
    guard isAuthentic else {
      OPENSSL_cleanse(output.baseAddress, output.count)
      throw .authenticationFailed
    }
  }
}
