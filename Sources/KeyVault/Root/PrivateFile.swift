internal import Glibc
internal import Sealing

/// Files that only their owner may read.
package enum PrivateFile {
  /// Creates a file of mode 0600, whole or not at all; refuses to replace one.
  static func create(_ path: String, bytes: UnsafeRawBufferPointer) throws(VaultError) {
    try create(path) { descriptor throws(VaultError) in try write(bytes, to: descriptor, path) }
  }

  /// Creates a file of mode 0600 piece by piece, whole or not at all; refuses to replace one.
  static func create(
    _ path: String, pieces: ((_ write: ([UInt8]) throws(VaultError) -> Void) throws(VaultError) -> Void)
  ) throws(VaultError) {
    try create(path) { descriptor throws(VaultError) in
      try pieces { bytes throws(VaultError) in
        let outcome = bytes.withUnsafeBytes { buffer in
          Result { () throws(VaultError) in try write(buffer, to: descriptor, path) }
        }
        try outcome.get()
      }
    }
  }

  private static func create(
    _ path: String, content: (_ descriptor: Int32) throws(VaultError) -> Void
  ) throws(VaultError) {
    let temporary = path + ".new"
    defer { unlink(temporary) }
    try write(temporary, content: content)
    guard link(temporary, path) == 0 else { throw VaultError(.storage, "cannot create \(path): \(Self.cause)") }
    try flushDirectory(of: path)
  }

  /// Creates or replaces a file of mode 0600, so that a reader sees the old one or the new one, whole.
  package static func replace(_ path: String, text: String) throws(VaultError) {
    let temporary = path + ".new"
    let bytes = Array(text.utf8)
    try write(temporary) { descriptor throws(VaultError) in
      let outcome = bytes.withUnsafeBytes { buffer in
        Result { () throws(VaultError) in try write(buffer, to: descriptor, temporary) }
      }
      try outcome.get()
    }
    guard rename(temporary, path) == 0 else { throw VaultError(.storage, "cannot replace \(path): \(Self.cause)") }
  }

  /// Writes a new file of mode 0600 to the disk; one that an earlier crash left there goes first.
  private static func write(
    _ path: String, content: (_ descriptor: Int32) throws(VaultError) -> Void
  ) throws(VaultError) {
    unlink(path)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw VaultError(.storage, "cannot create \(path): \(Self.cause)") }
    defer { close(descriptor) }
    try content(descriptor)
    guard fsync(descriptor) == 0 else { throw VaultError(.storage, "cannot flush \(path): \(Self.cause)") }
  }

  private static func write(
    _ bytes: UnsafeRawBufferPointer, to descriptor: Int32, _ path: String
  ) throws(VaultError) {
    var written = 0
    while written < bytes.count {
      let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
      guard count > 0 else { throw VaultError(.storage, "cannot write \(path): \(Self.cause)") }
      written += count
    }
  }

  /// Puts a directory's entries on the disk: the file at `path` is there, or gone, whatever happens to the power.
  static func flushDirectory(of path: String) throws(VaultError) {
    let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(parent.isEmpty ? "/" : parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw VaultError(.storage, "cannot open \(parent): \(Self.cause)") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw VaultError(.storage, "cannot flush \(parent): \(Self.cause)") }
  }

  /// Reads a file that nobody else may read or write, into locked memory.
  static func read(_ path: String, limit: Int) throws(VaultError) -> SecretBytes {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw VaultError(.rootUnreadable, "cannot open \(path): \(Self.cause)") }
    defer { close(descriptor) }
    let size: Int
    switch PrivateDescriptor(inspecting: descriptor) {
    case .ownerOnly(let found): size = found
    case .readableByOthers:
      throw VaultError(.rootUnreadable, "\(path) can be read by others: chmod 600 \(path)")
    case .notAFile: throw VaultError(.rootUnreadable, "\(path) is not a regular file")
    }
    guard size <= limit else { throw VaultError(.rootUnreadable, "\(path) is too long") }
    return try SecretBytes(count: size) { (buffer) throws(VaultError) in
      var filled = 0
      while filled < buffer.count {
        let count = Glibc.read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
        guard count > 0 else { throw VaultError(.rootUnreadable, "cannot read \(path): \(Self.cause)") }
        filled += count
      }
    }
  }

  /// Makes a directory that only its owner may enter, and its parents.
  static func makeDirectory(_ path: String) throws(VaultError) {
    if mkdir(path, 0o700) == 0 { return }
    if errno == ENOENT {
      let parent = path.split(separator: "/", omittingEmptySubsequences: true).dropLast().joined(separator: "/")
      try makeDirectory((path.hasPrefix("/") ? "/" : "") + parent)
      if mkdir(path, 0o700) == 0 { return }
    }
    guard errno == EEXIST else { throw VaultError(.storage, "cannot create \(path): \(Self.cause)") }
  }

  private static var cause: String { String(cString: strerror(errno)) }
}
