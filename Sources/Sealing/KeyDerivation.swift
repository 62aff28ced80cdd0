internal import COpenSSL

/// Key derivation through OpenSSL EVP_KDF.
public enum KeyDerivation {
  /// HKDF-SHA256 (RFC 5869), extract and expand.
  /// - Returns: `count` bytes, at most 8,160.
  public static func hkdfSHA256(
    key: SecretBytes, salt: [UInt8], info: [UInt8], count: Int
  ) throws(SealingError) -> SecretBytes {
    guard (1...255 * 32).contains(count) else { throw .wrongSize("HKDF output") }
    guard let derivation = EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nil) else { throw .libraryFailure("HKDF") }
    defer { EVP_PKEY_CTX_free(derivation) }
    return try SecretBytes(count: count) { (output) throws(SealingError) in
      let isDerived = key.withUnsafeBytes { key in
        var length = count
        return EVP_PKEY_derive_init(derivation) == 1
          && EVP_PKEY_CTX_set_hkdf_md(derivation, EVP_sha256()) == 1
          && EVP_PKEY_CTX_set1_hkdf_salt(derivation, salt, Int32(salt.count)) == 1
          && EVP_PKEY_CTX_set1_hkdf_key(
            derivation, key.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(key.count)) == 1
          && EVP_PKEY_CTX_add1_hkdf_info(derivation, info, Int32(info.count)) == 1
          && EVP_PKEY_derive(derivation, output.assumingMemoryBound(to: UInt8.self).baseAddress, &length) == 1
          && length == count
      }
      guard isDerived else { throw .libraryFailure("HKDF") }
    }
  }

  /// Cost of scrypt (RFC 7914): memory is 128·n·r bytes.
  public struct ScryptCost: Hashable, Sendable, Codable {
    /// CPU and memory cost, a power of two.
    public var n: UInt64
    /// Block size.
    public var r: UInt64
    /// Parallelism.
    public var p: UInt64

    /// Names a cost.
    public init(n: UInt64, r: UInt64, p: UInt64) {
      self.n = n
      self.r = r
      self.p = p
    }

    /// 128 MiB, for a root passphrase (OWASP Password Storage Cheat Sheet, first choice: n = 2^17, r = 8, p = 1).
    public static let interactive = ScryptCost(n: 1 << 17, r: 8, p: 1)
  }

  /// scrypt (RFC 7914).
  public static func scrypt(
    passphrase: SecretBytes, salt: [UInt8], cost: ScryptCost, count: Int
  ) throws(SealingError) -> SecretBytes {
    // Twice the need of the largest accepted cost, so that a hostile parameter cannot exhaust memory.
    let memoryLimit: UInt64 = 512 << 20
    return try SecretBytes(count: count) { (output) throws(SealingError) in
      let status = passphrase.withUnsafeBytes {
        EVP_PBE_scrypt(
          $0.assumingMemoryBound(to: CChar.self).baseAddress, $0.count, salt, salt.count, cost.n, cost.r, cost.p,
          memoryLimit, output.assumingMemoryBound(to: UInt8.self).baseAddress, output.count)
      }
      guard status == 1 else { throw .libraryFailure("scrypt") }
    }
  }
}
