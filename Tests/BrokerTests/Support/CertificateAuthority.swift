import Foundation
import Synchronization

/// Certificates for a test, made with the openssl command line in a directory of its own.
struct CertificateAuthority {
  struct Failure: Error {
    let arguments: [String]
  }

  let directory: URL
  let name: String

  var certificate: String { directory.appending(path: "\(name).pem").path }
  private var key: String { directory.appending(path: "\(name).key").path }

  init(_ name: String, in directory: URL) throws {
    self.directory = directory
    self.name = name
    try Self.openssl(
      ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        + ["-keyout", key, "-out", certificate, "-subj", "/CN=\(name)", "-addext", "basicConstraints=critical,CA:TRUE"])
  }

  /// Issues a certificate and returns the paths of it and of its key.
  func issue(_ commonName: String, file: String? = nil, extensions: String) throws -> (certificate: String, key: String)
  {
    let base = directory.appending(path: file ?? commonName).path
    let settings = base + ".ext"
    try extensions.write(toFile: settings, atomically: true, encoding: .utf8)
    try Self.openssl(
      ["req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", base + ".key"]
        + ["-out", base + ".csr", "-subj", "/CN=\(commonName)"])
    try Self.openssl(
      ["x509", "-req", "-in", base + ".csr", "-CA", certificate, "-CAkey", key, "-days", "2", "-extfile", settings]
        + ["-set_serial", String(UInt32.random(in: 1...UInt32.max)), "-out", base + ".pem"])
    return (base + ".pem", base + ".key")
  }

  private static func openssl(_ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try ProcessStart.oneAtATime.withLock { _ in try process.run() }
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure(arguments: arguments) }
  }
}
