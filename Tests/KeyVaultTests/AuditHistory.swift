import Foundation
import GRDB
import KeyVault
import Sealing
import Testing
import Wire

/// A closed vault whose log has kept checkpoints and subtrees, made once for a test, and copies of it to tamper with.
struct AuditHistory {
  let directory: String
  let key: [UInt8]
  let count: UInt64

  var vault: String { directory + "/vault" }
  var root: RootKeySource { .keyFile(path: directory + "/root.key") }

  /// Makes a history of about 2,500 entries.
  static func with(_ body: (AuditHistory) async throws -> Void) async throws {
    try await TemporaryDirectory.with { directory in
      let key: [UInt8]
      let count: UInt64
      do {
        let authority = try RunningVault.newVault(in: directory)
        key = authority.auditPublicKey
        for number in 1...3 { try TestDevice("pump-\(number)").enrol(in: authority) }
        let requests = try (0..<800).map { _ in try TestSession(DeviceID("pump-1")!).request() }  // A device id.
        for _ in 0..<3 { _ = try await authority.sessionKeys(requests, for: .decryptor) }
        try authority.recordClose()
        count = try authority.auditHead().count
      }
      try await body(AuditHistory(directory: directory, key: key, count: count))
    }
  }

  /// Lends a copy of the vault's directory.
  func copy(_ body: (String) throws -> Void) throws {
    let path = directory + "/copy"
    try FileManager.default.copyItem(atPath: vault, toPath: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  /// Changes a vault's file as an intruder would.
  static func tamper(_ directory: String, _ statements: String) throws {
    let queue = try DatabaseQueue(path: directory + "/vault.sqlite")
    try queue.write { try $0.execute(sql: statements) }
    try queue.close()
  }

  /// What the verifier says.
  func finding(_ directory: String, witness: String? = nil, atLeast: AuditVerifier.Mark? = nil) -> AuditVerifier
    .Finding?
  {
    do {
      _ = try AuditVerifier.verify(directory: directory, publicKey: key, witness: witness, atLeast: atLeast)
      return nil
    } catch let finding as AuditVerifier.Finding {
      return finding
    } catch {
      Issue.record("not a finding: \(error)")
      return nil
    }
  }
}
