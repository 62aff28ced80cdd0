internal import COpenSSL

extension SecretBytes {
  /// Lends a copy to a parser that takes an array, and wipes it; `body` must keep neither the array nor a slice of it.
  public func withWipedCopy<Result>(_ body: ([UInt8]) -> Result) -> Result {
    var copy = withUnsafeBytes { Array($0) }
    defer { copy.wipe() }
    return body(copy)
  }
}

extension [UInt8] {
  /// Overwrites the bytes (OPENSSL_cleanse), where a secret could not be kept out of an array. Only the last holder of an
  /// array can: another one would get a copy of its own, and keep the secret.
  public mutating func wipe() {
    withUnsafeMutableBytes { OPENSSL_cleanse($0.baseAddress, $0.count) }
  }
}
