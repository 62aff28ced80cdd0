import Foundation
import KeyVault
import Sealing
import Testing

/// A SoftHSM token in a directory of its own.
///
/// The module reads its configuration from the environment of the process, so there is one directory for all tests, and
/// a token for each.
private enum SoftToken {
  static let module = "/usr/lib/softhsm/libsofthsm2.so"
  static var isInstalled: Bool { FileManager.default.fileExists(atPath: module) }
  /// Where CI runs, everything is installed and nothing is skipped.
  static var isRequired: Bool { ProcessInfo.processInfo.environment["SEALEDBEAT_REQUIRE_RECORDINGS"] != nil }

  private static let configuration: String = {
    let directory = NSTemporaryDirectory() + "/softhsm-\(UUID().uuidString)"
    try? FileManager.default.createDirectory(atPath: directory + "/tokens", withIntermediateDirectories: true)
    let file = directory + "/softhsm2.conf"
    try? "directories.tokendir = \(directory)/tokens\nobjectstore.backend = file\nlog.level = ERROR\n"
      .write(toFile: file, atomically: true, encoding: .utf8)
    setenv("SOFTHSM2_CONF", file, 1)
    atexit { if let path = getenv("SOFTHSM2_CONF") { removeToken(String(cString: path)) } }
    return file
  }()

  private static func removeToken(_ file: String) {
    try? FileManager.default.removeItem(atPath: (file as NSString).deletingLastPathComponent)
  }

  /// Makes a token and a PIN file.
  static func place(_ label: String, in directory: String, pin: String = "4711") throws -> TokenKeyPlace {
    _ = configuration
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/softhsm2-util")
    process.arguments = ["--init-token", "--free", "--label", label, "--pin", "4711", "--so-pin", "08150815"]
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    let file = directory + "/pin-\(UUID().uuidString)"
    try Data("\(pin)\n".utf8).write(to: URL(fileURLWithPath: file))
    chmod(file, 0o600)
    return TokenKeyPlace(module: module, token: label, key: "vault-root", pinFile: file)
  }
}

@Suite("A root in a PKCS#11 token (SoftHSM)", .serialized, .enabled(if: SoftToken.isInstalled || SoftToken.isRequired))
struct TokenRootTests {
  @Test("A vault opens with the key in its token, and with nothing else")
  func opens() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      let place = try SoftToken.place("first-\(UUID().uuidString.prefix(8))", in: directory)
      do {
        let authority = try KeyAuthority.create(directory: vault, newRoot: .token(place))
        #expect(authority.rootDescription.kind == .token)
      }
      do { _ = try KeyAuthority.open(directory: vault, root: .token(place)) }
      // The key is there: making it again would hide the first.
      #expect(throws: VaultError(.alreadyInitialised, "")) {
        try KeyAuthority.create(directory: directory + "/other", newRoot: .token(place))
      }
      var wrong = place
      wrong.token = "no-such-token"
      #expect(throws: VaultError(.rootUnreadable, "")) { try KeyAuthority.open(directory: vault, root: .token(wrong)) }
      wrong = place
      wrong.module = "/nowhere/module.so"
      #expect(throws: VaultError(.rootUnreadable, "")) { try KeyAuthority.open(directory: vault, root: .token(wrong)) }
      wrong.module = "module.so"
      #expect(throws: VaultError(.rootUnreadable, "")) { try KeyAuthority.open(directory: vault, root: .token(wrong)) }
      wrong = place
      wrong.key = "another"
      #expect(throws: VaultError(.rootUnreadable, "")) { try KeyAuthority.open(directory: vault, root: .token(wrong)) }
      // Another token with a key of the same label is still not this vault's.
      let stranger = try SoftToken.place("second-\(UUID().uuidString.prefix(8))", in: directory)
      do { _ = try KeyAuthority.create(directory: directory + "/stranger", newRoot: .token(stranger)) }
      #expect(throws: VaultError(.rootUnreadable, "")) {
        try KeyAuthority.open(directory: vault, root: .token(stranger))
      }
      chmod(place.pinFile, 0o644)
      #expect(throws: VaultError(.rootUnreadable, "")) { try KeyAuthority.open(directory: vault, root: .token(place)) }
    }
  }

  @Test("A wrong PIN is told as one")
  func wrongPIN() async throws {
    try await TemporaryDirectory.with { directory in
      let place = try SoftToken.place("third-\(UUID().uuidString.prefix(8))", in: directory, pin: "0000")
      let error = #expect(throws: VaultError.self) {
        try KeyAuthority.create(directory: directory + "/vault", newRoot: .token(place))
      }
      #expect(error?.reason.contains("PIN") == true)
      #expect(error?.reason.contains("0000") == false)
    }
  }

  @Test("A root moves from a file into a token and back")
  func moves() async throws {
    try await TemporaryDirectory.with { directory in
      let vault = directory + "/vault"
      let place = try SoftToken.place("fourth-\(UUID().uuidString.prefix(8))", in: directory)
      do {
        let authority = try RunningVault.newVault(in: directory)
        try authority.rotateRoot(to: .token(place), actor: "local")
      }
      #expect(throws: VaultError(.wrongRoot, "")) {
        try KeyAuthority.open(directory: vault, root: .keyFile(path: directory + "/root.key"))
      }
      do {
        let authority = try KeyAuthority.open(directory: vault, root: .token(place))
        try authority.rotateRoot(to: .newKeyFile(path: directory + "/back.key"), actor: "local")
      }
      _ = try KeyAuthority.open(directory: vault, root: .keyFile(path: directory + "/back.key")).verifyAudit()
    }
  }
}
