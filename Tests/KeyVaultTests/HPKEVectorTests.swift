import Foundation
import KeyVault
import Sealing
import Testing
import Wire

@Suite("RFC 9180 vectors through the vault's own opener")
struct HPKEVectorTests {
  private static let path =
    (ProcessInfo.processInfo.environment["SEALEDBEAT_VECTORS"] ?? "../shared/vectors")
    + "/hpke/dhkem-p256-hkdf-sha256-aes256gcm.json"

  private struct Vector: Decodable {
    struct Encryption: Decodable {
      let aad, ct, pt: String
    }
    let mode: Int
    let info, skRm, pkRm, enc: String
    let encryptions: [Encryption]
  }

  @Test("Base mode, single shot", .enabled(if: FileManager.default.fileExists(atPath: Self.path)))
  func base() throws {
    let vectors = try JSONDecoder().decode([Vector].self, from: Data(contentsOf: URL(fileURLWithPath: Self.path)))
    for vector in vectors {
      func bytes(_ text: String) throws -> [UInt8] { try #require([UInt8](hex: text)) }
      let opener = try EnrolmentOpener(key: SecretBytes(copying: bytes(vector.skRm)))
      #expect(try opener.publicKey == bytes(vector.pkRm))
      let first = try #require(vector.encryptions.first)
      func open(_ ciphertext: String) throws -> SecretBytes {
        try opener.open(
          encapsulated: bytes(vector.enc), ciphertext: bytes(ciphertext), info: bytes(vector.info),
          additionalData: bytes(first.aad))
      }
      if vector.mode == 0 {
        #expect(try open(first.ct).withUnsafeBytes { $0.hex } == first.pt)
        // A later message of the context has another nonce: this opener is for single messages.
        for later in vector.encryptions.dropFirst() {
          #expect(throws: VaultError(.unopenable, "")) { try open(later.ct) }
        }
      } else {
        // Sealed with a pre-shared key or an authenticated sender: another key schedule.
        #expect(throws: VaultError(.unopenable, "")) { try open(first.ct) }
      }
    }
    #expect(Set(vectors.map(\.mode)) == [0, 1, 2, 3])
  }
}
