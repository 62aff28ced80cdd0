import CProcess
import Foundation
import Glibc

/// A directory in memory for credentials, as systemd's LoadCredential= makes one: nothing in it ever reaches a disk.
struct RuntimeDirectory: Sendable {
  let path: String

  /// Makes the directory that belongs to a data directory, replacing one that a killed process left.
  init(for dataDirectory: String) throws {
    let attributes = try? FileManager.default.attributesOfItem(atPath: dataDirectory)
    guard let device = attributes?[.systemNumber] as? NSNumber,
      let inode = attributes?[.systemFileNumber] as? NSNumber
    else { throw SupervisionFault("The data directory \(dataDirectory) is not there.") }
    let parents = [ProcessInfo.processInfo.environment["XDG_RUNTIME_DIR"], "/run", "/dev/shm"].compactMap { $0 }
    guard let parent = parents.first(where: { Self.isInMemory($0) && access($0, W_OK) == 0 }) else {
      throw SupervisionFault("No directory in memory (tmpfs) is writable among \(parents.joined(separator: ", ")).")
    }
    path = "\(parent)/sealedbeat-\(getuid())-\(device)-\(inode)"
    try? FileManager.default.removeItem(atPath: path)
    guard mkdir(path, 0o700) == 0 else {
      throw SupervisionFault("The directory \(path) cannot be made: \(String(cString: strerror(errno))).")
    }
  }

  /// Removes it with everything in it.
  func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a credential with mode 0600.
  func write(_ contents: [UInt8], to name: String) throws {
    let file = "\(path)/\(name)"
    let descriptor = open(file, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw SupervisionFault("\(file) cannot be written: \(String(cString: strerror(errno))).")
    }
    defer { close(descriptor) }
    guard contents.withUnsafeBytes({ Glibc.write(descriptor, $0.baseAddress, $0.count) }) == contents.count else {
      throw SupervisionFault("\(file) cannot be written.")
    }
  }

  /// Whether a directory lies on tmpfs or ramfs.
  static func isInMemory(_ path: String) -> Bool { sb_is_in_memory(path) == 1 }
}
