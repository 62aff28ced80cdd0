import Foundation
import Glibc
import Sealing

/// Reads a password without showing it.
enum PasswordInput {
  /// Longest password in bytes.
  private static let limit = 1024

  static func read(confirming: Bool) throws -> SecretBytes {
    guard isatty(STDIN_FILENO) == 1 else { return try line() }
    let first = try ask("Password: ")
    if confirming {
      let second = try ask("Again: ")
      let isSame = first.withUnsafeBytes { left in second.withUnsafeBytes { right in left.elementsEqual(right) } }
      guard isSame else { throw ConfigurationFault("The two passwords differ.") }
    }
    return first
  }

  private static func ask(_ prompt: String) throws -> SecretBytes {
    FileHandle.standardError.write(Data(prompt.utf8))
    var before = termios()
    tcgetattr(STDIN_FILENO, &before)
    var silent = before
    silent.c_lflag &= ~tcflag_t(ECHO)
    tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    defer {
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
      FileHandle.standardError.write(Data("\n".utf8))
    }
    return try line()
  }

  private static func line() throws -> SecretBytes {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(limit)
    defer { bytes.withUnsafeMutableBytes { explicit_bzero($0.baseAddress!, $0.count) } }
    var byte: UInt8 = 0
    while Glibc.read(STDIN_FILENO, &byte, 1) == 1, byte != UInt8(ascii: "\n") {
      guard bytes.count < limit else { throw ConfigurationFault("A password has at most \(limit) bytes.") }
      bytes.append(byte)
    }
    guard !bytes.isEmpty else { throw ConfigurationFault("No password was given on standard input.") }
    return SecretBytes(copying: bytes)
  }
}
