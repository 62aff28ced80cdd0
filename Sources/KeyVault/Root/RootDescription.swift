internal import Sealing

/// What a vault's file says of its root: nothing of it is secret, and nothing of it is trusted beyond finding the root.
package struct RootDescription: Hashable, Sendable, Codable {
  /// The form of a root.
  package enum Kind: String, Hashable, Sendable, Codable, CaseIterable {
    /// 32 random bytes in a file or a systemd credential.
    case keyFile = "key-file"
    /// A passphrase, stretched by scrypt.
    case passphrase
    /// Shares of custodians.
    case shares
    /// A key that stays in a PKCS#11 token.
    case token = "pkcs11"

    /// What it is called in a sentence.
    var name: String {
      switch self {
      case .keyFile: "root key file"
      case .passphrase: "passphrase"
      case .shares: "set of shares"
      case .token: "PKCS#11 token"
      }
    }
  }

  /// How a passphrase is stretched.
  struct Stretching: Hashable, Sendable, Codable {
    let salt: [UInt8]
    let cost: KeyDerivation.ScryptCost
  }

  /// A split into shares.
  package struct Split: Hashable, Sendable, Codable {
    /// Name of the split, on each of its shares.
    package let set: String
    /// How many shares there are.
    package let count: Int
    /// How many open the vault.
    package let threshold: Int

    /// Describes a split.
    package init(set: String, count: Int, threshold: Int) {
      self.set = set
      self.count = count
      self.threshold = threshold
    }
  }

  /// The form.
  package let kind: Kind
  /// 1 for the first root, one more with every rotation.
  package let version: UInt32
  /// Unix time in microseconds.
  package let created: UInt64
  /// Tells roots apart and says nothing about them: of a key, 8 bytes of HKDF; in a token, its CKA_ID; hexadecimal.
  package let fingerprint: String
  /// Of shares.
  package var split: Split?
  var stretching: Stretching?

  init(kind: Kind, version: UInt32, created: UInt64, fingerprint: String) {
    self.kind = kind
    self.version = version
    self.created = created
    self.fingerprint = fingerprint
  }
}
