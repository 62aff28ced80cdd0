internal import Foundation
package import Sealing
internal import Wire

/// A root that a vault is to get: at its making, or by a rotation.
package enum NewRoot: Sendable {
  /// A key file that is there already, of exactly 32 random bytes.
  case keyFile(path: String)
  /// A key file that is made now; a file that is there is never replaced.
  case newKeyFile(path: String)
  /// A passphrase, the first line of a file.
  case passphraseFile(path: String, cost: KeyDerivation.ScryptCost = .interactive)
  /// A random key, written as shares to a directory, a file each, and nowhere whole.
  case shares(count: Int, threshold: Int, directory: String)
  /// A key that is made in a token and stays there.
  case token(TokenKeyPlace)

  /// Makes the root; what belongs to it is on the disk when this returns.
  func make(version: UInt32, time: UInt64) throws(VaultError) -> (RootDescription, any RootKey) {
    func described(_ kind: RootDescription.Kind, _ key: SoftwareRootKey) -> RootDescription {
      RootDescription(kind: kind, version: version, created: time, fingerprint: key.fingerprint)
    }
    switch self {
    case .keyFile(let path):
      let key = try SoftwareRootKey(RootKeySource.readKeyFile(path))
      return (described(.keyFile, key), key)
    case .newKeyFile(let path):
      try RootKeySource.createKeyFile(path: path)
      return try Self.keyFile(path: path).make(version: version, time: time)
    case .passphraseFile(let path, let cost):
      let stretching = RootDescription.Stretching(salt: try Self.random(32), cost: cost)
      let key = try SoftwareRootKey(RootKeySource.stretchPassphrase(in: path, stretching))
      var description = described(.passphrase, key)
      description.stretching = stretching
      return (description, key)
    case .shares(let count, let threshold, let directory):
      let (secret, split) = try Self.deal(count: count, threshold: threshold, to: directory)
      let key = try SoftwareRootKey(secret)
      var description = described(.shares, key)
      description.split = split
      return (description, key)
    case .token(let place):
      let key = try TokenRootKey.make(place)
      return (
        RootDescription(kind: .token, version: version, created: time, fingerprint: key.identifier.hex), key
      )
    }
  }

  /// Makes a random key and writes its shares, a file of mode 0600 for each custodian.
  private static func deal(
    count: Int, threshold: Int, to directory: String
  ) throws(VaultError) -> (SecretBytes, RootDescription.Split) {
    guard (2...SecretSharing.shareLimit).contains(count), (2...count).contains(threshold) else {
      throw VaultError(
        .badRequest,
        "of \(count) shares, \(threshold) cannot open a vault: there are 2 to \(SecretSharing.shareLimit) shares, and 2 to all of them open it"
      )
    }
    let secret: SecretBytes
    let shares: [SecretSharing.Share]
    do {
      secret = try SecretBytes(randomCount: AEAD.keySize)
      shares = try SecretSharing.split(secret, count: count, threshold: threshold)
      // Shares that do not give the key back would be found out too late.
      guard try SecretSharing.combine(shares.suffix(threshold)).isEqual(to: secret) else {
        throw SealingError.libraryFailure("secret sharing")
      }
    } catch {
      throw VaultError(.rootUnreadable, "the root key cannot be split into shares (\(error))")
    }
    let split = RootDescription.Split(set: try random(RootShare.setSize).hex, count: count, threshold: threshold)
    try PrivateFile.makeDirectory(directory)
    for share in shares {
      let text = RootShare(set: split.set, threshold: threshold, share: share).text
      let path = "\(directory)/share-\(split.set)-\(share.index)-of-\(count)"
      let outcome = text.withUnsafeBytes { bytes in
        Result { () throws(VaultError) in try PrivateFile.create(path, bytes: bytes) }
      }
      try outcome.get()
    }
    return (secret, split)
  }

  private static func random(_ count: Int) throws(VaultError) -> [UInt8] {
    do {
      return try SecureRandom.bytes(count)
    } catch {
      throw VaultError(.rootUnreadable, "no random numbers")
    }
  }
}
