import ArgumentParser
import Foundation
import KeyVault

/// Where the vault rests and what opens it.
struct VaultPlace: ParsableArguments {
  @Option(help: ArgumentHelp("Directory of the vault's file.", valueName: "dir"))
  var vaultDir: String

  @Option(
    help: ArgumentHelp(
      "File with the root key: 32 random bytes, mode 0600. By default the credential vault-root-key, or root.key in the "
        + "vault's directory.", valueName: "file"))
  var rootKeyFile: String?

  @Option(help: ArgumentHelp("File with a root passphrase (scrypt), mode 0600, instead of a key.", valueName: "file"))
  var rootPassphraseFile: String?

  @Option(
    help: ArgumentHelp(
      "File with a custodian's share, mode 0600; once for each share that is needed.", valueName: "file"))
  var rootShareFile: [String] = []

  @OptionGroup var token: TokenOptions

  func validate() throws {
    let kinds = [rootKeyFile != nil, rootPassphraseFile != nil, !rootShareFile.isEmpty, token.isGiven]
    guard kinds.count(where: { $0 }) <= 1 else {
      throw ValidationError(
        "--root-key-file, --root-passphrase-file, --root-share-file and --pkcs11-token exclude each other.")
    }
  }

  /// The root that was named, or found among the credentials.
  var root: RootKeySource {
    get throws {
      if let rootPassphraseFile { return .passphraseFile(path: rootPassphraseFile) }
      if let rootKeyFile { return .keyFile(path: rootKeyFile) }
      if !rootShareFile.isEmpty { return .shares(try rootShareFile.map { try RootShare(file: $0) }) }
      if let place = try token.place { return .token(place) }
      return .keyFile(path: keyFile)
    }
  }

  /// The root of a vault that is made now.
  var newRoot: NewRoot {
    get throws {
      switch try root {
      case .keyFile(let path): .keyFile(path: path)
      case .passphraseFile(let path): .passphraseFile(path: path)
      case .token(let place): .token(place)
      case .shares: throw ValidationError("A new vault makes its own shares: --shares, --threshold and --shares-out.")
      }
    }
  }

  /// Makes the key file, unless it is there.
  func createRootKeyIfMissing() throws {
    guard case .keyFile(let path) = try root, !FileManager.default.fileExists(atPath: path) else { return }
    try FileManager.default.createDirectory(
      atPath: vaultDir, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    try RootKeySource.createKeyFile(path: path)
  }

  private var keyFile: String {
    if let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] {
      let path = credentials + "/vault-root-key"
      if FileManager.default.fileExists(atPath: path) { return path }
    }
    return vaultDir + "/root.key"
  }
}

/// A root key in a PKCS#11 token.
struct TokenOptions: ParsableArguments {
  @Option(
    name: .customLong("pkcs11-module"),
    help: ArgumentHelp("The token's PKCS#11 module, by its full path.", valueName: "file"))
  var module: String?

  @Option(
    name: .customLong("pkcs11-token"), help: ArgumentHelp("Label of the token with the root key.", valueName: "label"))
  var token: String?

  @Option(name: .customLong("pkcs11-key"), help: ArgumentHelp("Label of the root key.", valueName: "label"))
  var key = "sealedbeat-root"

  @Option(
    name: .customLong("pkcs11-pin-file"),
    help: ArgumentHelp("File with the PIN, mode 0600; by default the credential vault-token-pin.", valueName: "file"))
  var pinFile: String?

  var isGiven: Bool { module != nil || token != nil }

  var place: TokenKeyPlace? {
    get throws {
      guard isGiven else { return nil }
      guard let module, let token else { throw ValidationError("--pkcs11-module and --pkcs11-token belong together.") }
      return TokenKeyPlace(module: module, token: token, key: key, pinFile: try TokenPIN.file(pinFile))
    }
  }
}

/// Where a PIN is read from: never a flag, never the environment.
enum TokenPIN {
  static func file(_ given: String?) throws -> String {
    if let given { return given }
    guard let credentials = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] else {
      throw ValidationError("Name the file with the token's PIN with --pkcs11-pin-file.")
    }
    return credentials + "/vault-token-pin"
  }
}

/// Shares that are dealt now.
struct SharesOptions: ParsableArguments {
  @Option(help: ArgumentHelp("Deal the root as this many shares, 2 to 16.", valueName: "number"))
  var shares: Int?

  @Option(help: ArgumentHelp("How many shares open the vault, from 2.", valueName: "number"))
  var threshold: Int?

  @Option(
    help: ArgumentHelp(
      "Directory for the shares, a file each: bring each to its custodian and delete it.", valueName: "dir"))
  var sharesOut: String?

  var root: NewRoot? {
    get throws {
      guard shares != nil || threshold != nil || sharesOut != nil else { return nil }
      guard let shares, let threshold, let sharesOut else {
        throw ValidationError("--shares, --threshold and --shares-out belong together.")
      }
      return .shares(count: shares, threshold: threshold, directory: sharesOut)
    }
  }
}
