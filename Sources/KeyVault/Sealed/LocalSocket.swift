internal import Foundation
internal import Glibc
package import Sealing

/// Sockets of one machine, for secrets that must not pass through buffers of a library.
package enum LocalSocket {
  private static let backlog: Int32 = 8
  /// Longest answer, in bytes.
  private static let answerLimit = 4096

  /// Binds a socket of mode 0600 and listens; one that a killed process left goes first.
  static func listen(_ path: String) throws(VaultError) -> Int32 {
    if let other = connect(path) {
      close(other)
      throw VaultError(.inUse, "another vault listens at \(path)")
    }
    unlink(path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    // Nobody can connect between bind and chmod but who may enter the directory, which is the owner's alone.
    guard descriptor >= 0, withAddress(path, { Glibc.bind(descriptor, $0, $1) }) == 0, chmod(path, 0o600) == 0,
      Glibc.listen(descriptor, backlog) == 0
    else {
      let cause = String(cString: strerror(errno))
      if descriptor >= 0 { close(descriptor) }
      throw VaultError(.storage, "cannot listen at \(path): \(cause)")
    }
    return descriptor
  }

  /// Asks the vault that listens in a directory one thing.
  /// - Parameter line: a share, or `status`, or `unseal`.
  /// - Returns: the status afterwards; `nil` if nobody listens there.
  /// - Throws: the ``VaultError`` that it answers.
  package static func ask(_ directory: String, _ line: SecretBytes) throws(VaultError) -> VaultStatus? {
    guard let descriptor = connect(directory + "/" + UnsealSocket.fileName) else { return nil }
    defer { close(descriptor) }
    line.withUnsafeBytes { send($0, to: descriptor) }
    shutdown(descriptor, Int32(SHUT_WR))
    guard let answer = self.line(descriptor, limit: answerLimit)?.withUnsafeBytes({ Data($0) }) else {
      throw VaultError(.storage, "the vault in \(directory) did not answer")
    }
    if let status = try? JSONDecoder().decode(VaultStatus.self, from: answer) { return status }
    throw (try? JSONDecoder().decode(VaultErrorBody.self, from: answer))?.told
      ?? VaultError(.storage, "the vault in \(directory) gave an answer that cannot be read")
  }

  /// Reads up to the end of a line or of the stream; `nil` if that is longer than `limit`, or late.
  static func line(_ descriptor: Int32, limit: Int) -> SecretBytes? {
    var filled = 0
    var isWhole = false
    let buffer = SecretBytes(count: limit) { buffer in
      while filled < buffer.count {
        let count = recv(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled, 0)
        guard count >= 0 else { return }
        let end = buffer[filled..<(filled + count)].firstIndex(of: UInt8(ascii: "\n"))
        filled = end ?? filled + count
        isWhole = count == 0 || end != nil
        if isWhole { return }
      }
    }
    guard isWhole else { return nil }
    return buffer.withUnsafeBytes { SecretBytes(copying: $0.prefix(filled)) }
  }

  static func send(_ bytes: [UInt8], to descriptor: Int32) {
    bytes.withUnsafeBytes { send($0, to: descriptor) }
  }

  private static func send(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) {
    var sent = 0
    while sent < bytes.count {
      let count = Glibc.send(
        descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
      guard count > 0 else { return }
      sent += count
    }
  }

  private static func connect(_ path: String) -> Int32? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return nil }
    guard withAddress(path, { Glibc.connect(descriptor, $0, $1) }) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }

  /// - Returns: -1, with `errno` set, if the path is longer than an address holds.
  private static func withAddress(
    _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let octets = Array(path.utf8)
    guard octets.count < MemoryLayout.size(ofValue: address.sun_path) else {
      errno = ENAMETOOLONG
      return -1
    }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: octets) }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
