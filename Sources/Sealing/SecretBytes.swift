internal import COpenSSL

/// Bytes that must not outlive their use: kept in locked memory that core dumps leave out, and wiped at the end.
///
/// Neither printing nor reflecting an instance shows a byte of it. Copies share the one buffer.
public final class SecretBytes: @unchecked Sendable, CustomStringConvertible, CustomReflectable {
  // @unchecked: the buffer is written only inside `init`, before any other reference exists.
  private let buffer: UnsafeMutableRawBufferPointer

  /// Number of bytes.
  public var count: Int { buffer.count }

  /// Allocates `count` bytes and lets `fill` write them once.
  public init<Failure: Error>(
    count: Int, fill: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    buffer = LockedMemory.allocate(count)
    // `deinit` releases the buffer if this throws, since every stored property is set: releasing it here as well would
    // free it twice.
    try fill(buffer)
  }

  /// Copies bytes; wiping the original is the caller's to do.
  public convenience init(copying bytes: some Collection<UInt8>) {
    self.init(count: bytes.count) { $0.copyBytes(from: bytes) }
  }

  /// Makes `count` random bytes (RAND_priv_bytes).
  public convenience init(randomCount count: Int) throws(SealingError) {
    try self.init(count: count) { (buffer) throws(SealingError) in try SecureRandom.fill(buffer, isPrivate: true) }
  }

  deinit { LockedMemory.release(buffer) }

  /// Lends the bytes for the duration of `body`.
  public borrowing func withUnsafeBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(buffer))
  }

  /// Says how many bytes there are, and nothing about them.
  public var description: String { "SecretBytes(\(count) bytes)" }

  /// Shows nothing.
  public var customMirror: Mirror { Mirror(self, children: []) }
}

extension SecretBytes {
  /// Whether both hold the same bytes, in a time that does not depend on where they differ (CRYPTO_memcmp).
  public func isEqual(to other: SecretBytes) -> Bool {
    guard count == other.count else { return false }
    return withUnsafeBytes { mine in
      other.withUnsafeBytes { CRYPTO_memcmp(mine.baseAddress, $0.baseAddress, mine.count) == 0 }
    }
  }
}
