internal import Foundation
internal import Glibc
internal import NIOPosix

/// A file on another disk or host to which checkpoints are appended, one JSON object a line, each on the disk before it
/// counts as handed over. It is never read, cut or replaced here, so the file system may forbid all that (`chattr +a`).
package struct WitnessFile: WitnessSink {
  /// `file`.
  package let name = "file"
  private let path: String

  /// Names a file; it is made with mode 0600 if it is not there.
  /// - Throws: ``VaultError/Code/storage`` if it cannot be appended to.
  package init(path: String) throws(VaultError) {
    self.path = path
    do {
      _ = Glibc.close(try Self.open(path))
    } catch {
      throw VaultError(.storage, "the witness's file cannot be used: \(error)")
    }
  }

  /// Appends a line and flushes it to the disk.
  package func record(_ checkpoint: AuditCheckpoint) async throws(WitnessFailure) {
    let outcome: Result<Void, WitnessFailure>
    do {
      outcome = try await NIOThreadPool.singleton.runIfActive { [path] in
        Result { () throws(WitnessFailure) in try Self.append(checkpoint, to: path) }
      }
    } catch {
      throw WitnessFailure("no thread to write with")
    }
    try outcome.get()
  }

  /// Nothing is held open.
  package func close() async {}

  private static func append(_ checkpoint: AuditCheckpoint, to path: String) throws(WitnessFailure) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    guard let line = try? encoder.encode(checkpoint) else { throw WitnessFailure("a checkpoint is not writable") }
    let descriptor = try open(path)
    defer { _ = Glibc.close(descriptor) }
    // What a crash or a full disk left of a line stays by itself: this one begins anew.
    let bytes = (try endsInLine(descriptor) ? [] : [UInt8(ascii: "\n")]) + line + [UInt8(ascii: "\n")]
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written) }
      guard count > 0 else { throw WitnessFailure("cannot write \(path): \(cause)") }
      written += count
    }
    guard fdatasync(descriptor) == 0 else { throw WitnessFailure("cannot flush \(path): \(cause)") }
  }

  private static func endsInLine(_ descriptor: Int32) throws(WitnessFailure) -> Bool {
    let size = lseek(descriptor, 0, SEEK_END)
    guard size > 0 else { return size == 0 }
    var last: UInt8 = 0
    guard pread(descriptor, &last, 1, size - 1) == 1 else { throw WitnessFailure("cannot read the end: \(cause)") }
    return last == UInt8(ascii: "\n")
  }

  private static func open(_ path: String) throws(WitnessFailure) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { throw WitnessFailure("cannot open \(path): \(cause)") }
    return descriptor
  }

  private static var cause: String { String(cString: strerror(errno)) }
}
