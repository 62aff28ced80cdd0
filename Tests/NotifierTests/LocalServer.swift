import Dispatch
import Foundation

/// A server of `scripts/` as a child process, with certificates of an authority that openssl makes.
final class LocalServer: @unchecked Sendable {
  // @unchecked: nothing changes after init, and Process serialises itself.
  struct Failure: Error { var reason: String }

  static let scripts = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "scripts")

  let directory: URL
  let port: UInt16
  private let process: Process

  var authority: String { directory.appending(path: "ca.pem").path }
  func path(_ name: String) -> String { directory.appending(path: name).path }

  /// Starts a script and waits until it says which port it listens on.
  static func start(
    _ script: String, arguments: @escaping @Sendable (LocalServerFiles) -> [String]
  ) async throws -> LocalServer {
    // Children are waited for on a thread that may block.
    try await withCheckedThrowingContinuation { continuation in
      DispatchQueue.global().async {
        continuation.resume(with: Result { try LocalServer(script: script, arguments: arguments) })
      }
    }
  }

  private init(script: String, arguments: (LocalServerFiles) -> [String]) throws {
    let files = try LocalServerFiles()
    directory = files.directory
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments =
      [
        "-W", "ignore", Self.scripts.appending(path: script).path, "--port-file", files.path("port"), "--certificate",
        files.path("server.pem"), "--key", files.path("server.key"),
      ] + arguments(files)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    // The script prints one line when it listens; the read ends when it does, or when it dies.
    let line = output.fileHandleForReading.availableData
    guard !line.isEmpty, let text = try? String(contentsOfFile: files.path("port"), encoding: .utf8),
      let port = UInt16(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else { throw Failure(reason: "\(script) did not start") }
    self.port = port
  }

  /// Ends the child; returns its exit status.
  @discardableResult func stop() -> Int32 {
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
    return process.terminationStatus
  }

  deinit {
    stop()
    try? FileManager.default.removeItem(at: directory)
  }
}

/// A directory with an authority, a stranger's authority, a server's certificate, and secrets.
struct LocalServerFiles {
  let directory: URL
  func path(_ name: String) -> String { directory.appending(path: name).path }

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for authority in ["ca", "stranger"] {
      try openssl(
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
        path("\(authority).key"), "-out", path("\(authority).pem"), "-subj", "/CN=\(authority)", "-days", "2")
    }
    try openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", path("server.key"), "-out",
      path("server.csr"), "-subj", "/CN=localhost")
    try "subjectAltName=DNS:localhost".write(toFile: path("server.ext"), atomically: true, encoding: .utf8)
    try openssl(
      "x509", "-req", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"), "-CAcreateserial",
      "-extfile", path("server.ext"), "-days", "2", "-out", path("server.pem"))
    try secret("right horse\n", "secret")
    try secret("wrong horse\n", "wrong")
  }

  func secret(_ text: String, _ name: String) throws {
    try text.write(toFile: path(name), atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path(name))
  }

  private func openssl(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw LocalServer.Failure(reason: "openssl \(arguments)") }
  }
}
