import FirmwareCore
import Glibc

/// A file in memory and without a name, for a library that takes a private key by path only: made in the memory file
/// system and unlinked at once. It is gone with the process, and other users cannot open it.
final class MemoryFile {
  private let descriptor: Int32
  private let size: Int

  /// Holds a copy of `contents`.
  init(_ contents: [UInt8]) throws(DeviceError) {
    var name = Array("/dev/shm/sealedbeat-XXXXXX".utf8CString)
    size = contents.count
    descriptor = mkstemp(&name)
    guard descriptor >= 0 else { throw Self.failure() }
    let isReady =
      unlink(name) == 0 && fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0
      && write(descriptor, contents, size) == size
    guard isReady else {
      close(descriptor)
      throw Self.failure()
    }
  }

  private static func failure() -> DeviceError {
    DeviceError(.storage, "memory file: \(String(cString: strerror(errno)))")
  }

  /// A path that opens it, in this process only.
  var path: String { "/proc/self/fd/\(descriptor)" }

  deinit {
    let zeros = [UInt8](repeating: 0, count: size)
    pwrite(descriptor, zeros, size, 0)
    close(descriptor)
  }
}
