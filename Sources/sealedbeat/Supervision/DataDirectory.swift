import Foundation
import Glibc

/// Where everything rests, on one machine.
struct DataDirectory: Sendable {
  let path: String

  var store: String { "\(path)/store" }
  var vault: String { "\(path)/vault" }
  var rootKey: String { "\(path)/vault/root.key" }
  var mosquitto: String { "\(path)/mosquitto" }
  var logs: String { "\(path)/log" }
  var state: String { "\(path)/state.json" }
  var lock: String { "\(path)/lock" }

  /// Makes what is missing, with mode 0700.
  init(_ path: String) throws {
    self.path = URL(fileURLWithPath: path).standardizedFileURL.path
    for directory in [self.path, store, vault, mosquitto, logs] { try Self.make(directory) }
  }

  /// Makes a directory with mode 0700 unless it is there.
  static func make(_ directory: String) throws {
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: directory, isDirectory: &isDirectory) {
      guard isDirectory.boolValue else { throw ConfigurationFault("\(directory) is a file, not a directory.") }
      return
    }
    do {
      try FileManager.default.createDirectory(
        atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch {
      throw ConfigurationFault("The directory \(directory) cannot be made; check the permissions of its parent.")
    }
  }

  /// Holds the directory for one `sealedbeat up` at a time, until this process ends.
  func lockForSupervision() throws {
    let descriptor = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw SupervisionFault("\(lock) cannot be opened.") }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw SupervisionFault("Another `sealedbeat up` runs on \(path); end it first or choose another --data-dir.")
    }
  }
}
