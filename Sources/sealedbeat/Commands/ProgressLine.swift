import Foundation
import Glibc

/// One line on standard error that tells how far a command is; nothing when that is no terminal.
struct ProgressLine {
  private static let barWidth = 30
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private var last = ""

  /// Shows a bar at `share` (0…1) with a word about what is being done.
  mutating func show(_ share: Double, _ what: String) {
    guard isTerminal else { return }
    let done = Int(max(0, min(1, share)) * Double(Self.barWidth))
    let bar = String(repeating: "█", count: done) + String(repeating: "░", count: Self.barWidth - done)
    let line = "\(bar) \(Int(share * 100)) % \(what)"
    guard line != last else { return }
    last = line
    write("\r\u{1B}[K" + line)
  }

  /// Takes the line away.
  mutating func clear() {
    guard isTerminal, !last.isEmpty else { return }
    last = ""
    write("\r\u{1B}[K")
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
