internal import Crypto
internal import Foundation
internal import Sealing
internal import SwiftASN1
internal import X509

/// A person's own key and certificate request, made where the person works.
package enum PersonRequest {
  /// Writes `identity.key` (PKCS#8, PEM) and `request.pem`, both of mode 0600.
  /// - Parameters:
  ///   - directory: must lie in memory, since the private key is written to it.
  ///   - allowsDisk: writes to a disk all the same.
  package static func make(_ name: String, in directory: String, allowsDisk: Bool = false) throws {
    guard Person.isName(name) else {
      throw VaultError(.badRequest, "a person's name is 2 to 32 of a–z, 0–9 and -")
    }
    try PrivateFile.makeDirectory(directory)
    guard allowsDisk || MemoryFileSystem.holds(directory) else {
      throw VaultError(
        .notInMemory,
        "\(directory) does not lie in memory (tmpfs): the private key would reach the disk; choose one under /run or "
          + "/dev/shm, or say --allow-disk for a medium that you carry")
    }
    let key = P256.Signing.PrivateKey()
    let request = try CertificateSigningRequest(
      version: .v1, subject: DistinguishedName { CommonName(Person.prefix + name) },
      privateKey: Certificate.PrivateKey(key), attributes: .init(), signatureAlgorithm: .ecdsaWithSHA256)
    try PrivateFile.replace("\(directory)/identity.key", text: key.pemRepresentation + "\n")
    try PrivateFile.replace("\(directory)/request.pem", text: request.serializeAsPEM().pemString + "\n")
  }
}
