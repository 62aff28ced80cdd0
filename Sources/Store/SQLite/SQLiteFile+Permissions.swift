import Glibc

extension SQLiteFile {
  /// Makes the directory with mode 0700 when it does not exist.
  static func prepareDirectory(_ directory: String) throws(StoreError) {
    if mkdir(directory, 0o700) == 0 || errno == EEXIST { return }
    throw StoreError(.cannotOpen, "the directory of the store: \(String(cString: strerror(errno)))")
  }

  /// Makes an empty file with mode 0600 when there is none; SQLite gives its log and index the same mode.
  static func createPrivateFile(_ path: String) throws(StoreError) {
    let descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StoreError(errno: errno, "cannot make a file of the store")
    }
    Glibc.close(descriptor)
  }
}

/// A lock between processes for the moment in which a file is made or migrated. The kernel frees it with its holder.
struct FileLock {
  private let descriptor: Int32

  /// Waits until no other process holds it.
  init(_ path: String) throws(StoreError) {
    descriptor = Glibc.open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, "cannot make a lock of the store") }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let reason = errno
        Glibc.close(descriptor)
        throw StoreError(errno: reason, "cannot lock the store")
      }
    }
  }

  /// Lets the next one in.
  func release() { Glibc.close(descriptor) }
}
