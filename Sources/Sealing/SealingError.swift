/// Why a cryptographic operation failed. A failed authentication is one opaque case.
public enum SealingError: Error, Hashable, Sendable {
  /// Ciphertext, header, key or device is not the one that was sealed: nothing more may be told.
  case authenticationFailed
  /// An argument has the wrong size; names the argument, never its content.
  case wrongSize(String)
  /// OpenSSL refused; names the operation.
  case libraryFailure(String)
}
