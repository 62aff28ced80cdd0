import Glibc

/// The few things that a device does with files.
enum FileSystem {
  /// The contents of a file, or `nil` where there is none.
  static func read(_ path: String, limit: Int) throws(DeviceError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw failure(path, "cannot open")
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: limit)
    let count = Glibc.read(descriptor, &bytes, limit)
    guard count >= 0 else { throw failure(path, "cannot read") }
    return Array(bytes.prefix(count))
  }

  /// Replaces a file in one step, mode 0600, durable when it returns.
  static func replace(_ path: String, with bytes: [UInt8]) throws(DeviceError) {
    let temporary = path + ".new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(temporary, "cannot open") }
    let isWritten = write(descriptor, bytes, bytes.count) == bytes.count && fsync(descriptor) == 0
    close(descriptor)
    guard isWritten, rename(temporary, path) == 0 else {
      let error = failure(path, "cannot write")
      unlink(temporary)
      throw error
    }
    syncDirectory(of: path)
  }

  /// Makes a folder for its owner alone, if it is not there.
  static func makeDirectory(_ path: String) throws(DeviceError) {
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure(path, "cannot make the folder") }
  }

  /// A rename is durable once its folder is.
  private static func syncDirectory(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func failure(_ path: String, _ what: String) -> DeviceError {
    let isFull = errno == ENOSPC || errno == EDQUOT
    return DeviceError(isFull ? .storageFull : .storage, "\(path): \(what): \(String(cString: strerror(errno)))")
  }
}
