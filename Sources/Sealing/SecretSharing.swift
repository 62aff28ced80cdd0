internal import CGFShare

/// Shamir's secret sharing over GF(2⁸) (Shamir 1979), through Debian's libgfshare, with coefficients from OpenSSL's private
/// generator. Fewer than `threshold` shares say nothing of the secret.
///
/// The library computes with tables, so its time may depend on the secret; it runs once an unsealing, and nobody who can
/// measure that is not on the machine already.
public enum SecretSharing {
  /// How many shares there may be; two custodians at least, and as many as a ceremony can gather.
  public static let shareLimit = 16

  /// One share: a point of the polynomial, as long as the secret.
  public struct Share: Sendable {
    /// Where the polynomial was evaluated: 1 to ``SecretSharing/shareLimit``.
    public let index: UInt8
    /// The values there.
    public let value: SecretBytes

    /// Puts a share together.
    public init(index: UInt8, value: SecretBytes) {
      self.index = index
      self.value = value
    }
  }

  /// Splits a secret so that any `threshold` of `count` shares give it back.
  /// - Throws: ``SealingError/wrongSize(_:)`` unless 2 ≤ threshold ≤ count ≤ ``shareLimit`` and the secret is not empty.
  public static func split(
    _ secret: SecretBytes, count: Int, threshold: Int
  ) throws(SealingError) -> [Share] {
    guard (2...shareLimit).contains(count), (2...count).contains(threshold) else { throw .wrongSize("shares") }
    guard secret.count > 0 else { throw .wrongSize("shared secret") }
    sb_prepare_shares()
    var numbers = (1...count).map { UInt8($0) }
    guard
      let context = gfshare_ctx_init_enc(&numbers, UInt32(count), UInt8(threshold), UInt32(secret.count))
    else { throw .libraryFailure("gfshare_ctx_init_enc") }
    // Freeing overwrites the coefficients.
    defer { gfshare_ctx_free(context) }
    secret.withUnsafeBytes { bytes in
      // The library reads the secret and never writes to it; its prototype lacks the const.
      gfshare_ctx_enc_setsecret(
        context, UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress))
    }
    return numbers.indices.map { position in
      Share(
        index: numbers[position],
        value: SecretBytes(count: secret.count) { buffer in
          gfshare_ctx_enc_getshare(
            context, UInt8(position), buffer.assumingMemoryBound(to: UInt8.self).baseAddress)
        })
    }
  }

  /// Puts a secret together from as many shares as its threshold was. Too few shares, or a wrong one, give another value
  /// without notice: whoever uses it must be able to tell.
  /// - Throws: ``SealingError/wrongSize(_:)`` for no shares, too many, shares of different lengths, or one index twice.
  public static func combine(_ shares: [Share]) throws(SealingError) -> SecretBytes {
    guard let size = shares.first?.value.count, size > 0, shares.count <= shareLimit,
      shares.allSatisfy({ $0.value.count == size && $0.index > 0 }), Set(shares.map(\.index)).count == shares.count
    else { throw .wrongSize("shares") }
    sb_prepare_shares()
    var numbers = shares.map(\.index)
    guard let context = gfshare_ctx_init_dec(&numbers, UInt32(shares.count), UInt32(size)) else {
      throw .libraryFailure("gfshare_ctx_init_dec")
    }
    defer { gfshare_ctx_free(context) }
    for (position, share) in shares.enumerated() {
      share.value.withUnsafeBytes { bytes in
        gfshare_ctx_dec_giveshare(
          context, UInt8(position),
          UnsafeMutablePointer(mutating: bytes.assumingMemoryBound(to: UInt8.self).baseAddress))
      }
    }
    return SecretBytes(count: size) { buffer in
      gfshare_ctx_dec_extract(context, buffer.assumingMemoryBound(to: UInt8.self).baseAddress)
    }
  }
}
