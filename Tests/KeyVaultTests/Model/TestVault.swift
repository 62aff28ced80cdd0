import Foundation
import GRDB
import KeyVault
import Sealing
import Wire

/// A vault that nothing serves, in memory, which can be closed, opened, and looked at from outside.
final class TestVault {
  let directory: String
  let clock: TestClock
  private(set) var folder: String
  private(set) var authority: KeyAuthority
  private var folders = 1

  var root: RootKeySource { .keyFile(path: directory + "/root.key") }
  var path: String { folder + "/vault.sqlite" }

  init(in directory: String, clock: TestClock = TestClock()) throws {
    self.directory = directory
    self.clock = clock
    folder = directory + "/vault"
    authority = try RunningVault.newVault(in: directory, clock: clock)
  }

  /// Runs `body` with a new vault.
  static func with(_ body: (TestVault) async throws -> Void) async throws {
    let path = "/dev/shm/vault-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    defer { try? FileManager.default.removeItem(atPath: path) }
    try await body(TestVault(in: path))
  }

  /// Closes the vault and opens it again.
  func reopen() throws {
    try close()
    try open()
  }

  /// Closes the vault.
  func close() throws { try VaultDoor(opened: authority).close() }

  /// Opens it.
  func open() throws {
    let clock = self.clock
    authority = try KeyAuthority.open(directory: folder, root: root, clock: { clock.now })
  }

  /// A backup, and what goes with it.
  func backup() throws -> (path: String, recovery: RecoveryFile) {
    folders += 1
    let path = "\(directory)/backup-\(folders)"
    _ = try authority.backup(to: path, actor: "svc.operator")
    return (path, try authority.recoveryFile())
  }

  /// Makes a vault from a backup, in a new place.
  func restore(_ backup: String, _ recovery: RecoveryFile) throws -> String {
    folders += 1
    let target = "\(directory)/vault-\(folders)"
    _ = try KeyAuthority.restore(backup: backup, recovery: recovery, root: root, directory: target)
    return target
  }

  /// Goes on with the vault in another place.
  func move(to target: String) throws {
    try close()
    folder = target
    try open()
  }

  /// Does to the file what the vault would not.
  func tamper(_ statement: String, _ arguments: StatementArguments = []) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: statement, arguments: arguments) }
    try queue.close()
  }

  /// Reads one value from the file.
  func value<Value: DatabaseValueConvertible>(_ type: Value.Type, _ query: String) throws -> Value? {
    let queue = try DatabaseQueue(path: path)
    defer { try? queue.close() }
    return try queue.read { try Value.fetchOne($0, sql: query) }
  }

  /// Lets time go by while the vault runs, as it would count it in many rounds of upkeep.
  func observe(seconds: Int64) throws { try authority.observe(seconds: seconds) }

  /// The released key in hexadecimal, or the code of the refusal.
  func release(_ request: ReleaseRequest, for service: ServiceID = .decryptor) async throws -> String {
    switch try await authority.sessionKeys([request], for: service)[0] {
    case .released(let keys): keys.map { $0.secret.withUnsafeBytes { $0.hex } }.joined()
    case .refused(let refusal): refusal.rawValue
    }
  }

  /// The states of a device's keys, by version.
  func states(_ device: DeviceID) throws -> [KeyState] { try authority.device(device).keys.map(\.state) }

  /// All bytes of the vault's files.
  func fileBytes() throws -> Data {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().reduce(into: Data()) { bytes, name in
      bytes.append((try? Data(contentsOf: URL(fileURLWithPath: folder + "/" + name))) ?? Data())
    }
  }
}

extension SessionKey {
  /// Hexadecimal.
  var hex: String { secret.withUnsafeBytes { $0.hex } }
}
