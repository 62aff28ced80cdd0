internal import COpenSSL

/// Random numbers from OpenSSL's DRBG, seeded by the operating system.
public enum SecureRandom {
  /// Public random bytes: nonces, identifiers.
  public static func bytes(_ count: Int) throws(SealingError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    let status = bytes.withUnsafeMutableBytes { RAND_bytes($0.baseAddress, Int32(count)) }
    guard status == 1 else { throw .libraryFailure("RAND_bytes") }
    return bytes
  }

  /// Fills a buffer; private bytes come from a generator of their own.
  static func fill(_ buffer: UnsafeMutableRawBufferPointer, isPrivate: Bool) throws(SealingError) {
    let fill = isPrivate ? RAND_priv_bytes : RAND_bytes
    let octets = buffer.assumingMemoryBound(to: UInt8.self).baseAddress
    guard fill(octets, Int32(buffer.count)) == 1 else { throw .libraryFailure("RAND_priv_bytes") }
  }
}
