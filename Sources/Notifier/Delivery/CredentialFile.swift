internal import Glibc
public import Sealing

/// A secret in a file: a systemd credential, a mounted secret, or a file that only its owner reads.
public struct CredentialFile: Hashable, Sendable, Codable {
  /// Longest accepted secret in bytes: a password or a webhook secret, never a document.
  public static let sizeLimit = 4096

  /// Where it is.
  public let path: String

  /// Names a file.
  public init(path: String) { self.path = path }

  /// Reads the secret into locked memory, without the line end that editors add. It is read for every use, so that a
  /// changed secret needs no restart.
  /// - Throws: ``DeliveryFailure`` of code `misconfigured` when it is missing, empty, too long, or open to everyone.
  public func read() throws(DeliveryFailure) -> SecretBytes {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw DeliveryFailure(.misconfigured, "a credential file cannot be opened") }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw DeliveryFailure(.misconfigured, "a credential is not a regular file")
    }
    guard status.st_mode & (S_IROTH | S_IWOTH) == 0 else {
      throw DeliveryFailure(.misconfigured, "a credential file is open to everyone: set its mode to 0600")
    }
    return try withUnsafeTemporaryAllocation(byteCount: Self.sizeLimit + 1, alignment: 1) {
      (buffer) throws(DeliveryFailure) in
      guard let base = buffer.baseAddress else { throw DeliveryFailure(.misconfigured, "no memory") }
      defer { explicit_bzero(base, buffer.count) }
      var count = 0
      while count < buffer.count {
        let got = Glibc.read(descriptor, base.advanced(by: count), buffer.count - count)
        if got < 0, errno == EINTR { continue }
        guard got >= 0 else { throw DeliveryFailure(.misconfigured, "a credential file cannot be read") }
        if got == 0 { break }
        count += got
      }
      guard count <= Self.sizeLimit else { throw DeliveryFailure(.misconfigured, "a credential is too long") }
      while count > 0, buffer[count - 1] == 0x0A || buffer[count - 1] == 0x0D { count -= 1 }
      guard count > 0 else { throw DeliveryFailure(.misconfigured, "a credential file is empty") }
      return SecretBytes(copying: buffer[..<count])
    }
  }
}
