import Foundation
import MQTT
import Synchronization

/// Debian's mosquitto as a child on a port that was free a moment ago, in its own temporary directory.
final class MosquittoProcess: Sendable {
  let directory: URL
  let port: UInt16
  private let process: Process

  /// Starts it with the lines that `configuration` makes of the port and the directory.
  init(directory: URL, configuration: (UInt16, URL) throws -> String = plain) throws {
    self.directory = directory
    port = try Self.freePort()
    let file = directory.appending(path: "mosquitto-\(port).conf")
    try configuration(port, directory).write(to: file, atomically: true, encoding: .utf8)
    process = Process()
    process.executableURL = URL(filePath: "/usr/sbin/mosquitto")
    process.arguments = ["-c", file.path]
    let log = directory.appending(path: "mosquitto-\(port).log")
    guard FileManager.default.createFile(atPath: log.path, contents: nil) else { throw CocoaError(.fileWriteUnknown) }
    let output = try FileHandle(forWritingTo: log)
    process.standardOutput = output
    process.standardError = output
    try ProcessStart.oneAtATime.withLock { _ in try process.run() }
  }

  deinit { stop() }

  /// Kills it and waits. SIGTERM would not do: a child inherits the signal mask of the pool thread that started it,
  /// which blocks SIGTERM, and mosquitto keeps the mask.
  func stop() {
    guard process.isRunning else { return }
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Loopback, no TLS, everybody may do everything: for tests of the protocol alone.
  static func plain(port: UInt16, directory: URL) -> String {
    """
    listener \(port) 127.0.0.1
    allow_anonymous true
    persistence false
    log_dest stderr

    """
  }

  private static func freePort() throws -> UInt16 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
      }
    }
    guard status else { throw CocoaError(.fileReadUnknown) }
    return UInt16(bigEndian: address.sin_port)
  }
}

/// Foundation's `Process.run` is not safe beside another one.
enum ProcessStart {
  static let oneAtATime = Mutex(())
}

/// Runs `body` with a new directory that is removed afterwards.
func withTemporaryDirectory<Result>(
  _ body: (URL) async throws -> Result
) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory)
}
