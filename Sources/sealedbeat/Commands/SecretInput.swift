import Foundation
import Glibc
import KeyVault
import Sealing

/// A secret that a person types.
enum SecretInput {
  /// One line of standard input, straight into locked memory; on a terminal it is asked for and not shown.
  /// - Throws: ``VaultError/Code/badRequest`` if there is no line, or one longer than `limit` bytes.
  static func line(_ prompt: String, limit: Int) throws -> SecretBytes {
    var before = termios()
    let isTerminal = tcgetattr(STDIN_FILENO, &before) == 0
    if isTerminal {
      FileHandle.standardError.write(Data(prompt.utf8))
      var silent = before
      silent.c_lflag &= ~tcflag_t(ECHO)
      tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
    }
    defer {
      if isTerminal {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
        FileHandle.standardError.write(Data("\n".utf8))
      }
    }
    var filled = 0
    var isWhole = false
    let buffer = SecretBytes(count: limit) { buffer in
      while filled < buffer.count {
        let count = read(STDIN_FILENO, buffer.baseAddress?.advanced(by: filled), 1)
        isWhole = count == 0 || buffer[filled] == UInt8(ascii: "\n")
        if count <= 0 || isWhole { return }
        filled += 1
      }
    }
    guard isWhole, filled > 0 else { throw VaultError(.badRequest, "no line of at most \(limit) characters was typed") }
    return buffer.withUnsafeBytes { SecretBytes(copying: $0.prefix(filled)) }
  }
}
