import Sealing
import Testing
import Wire

@Suite("Wycheproof vectors through our own call paths")
struct WycheproofTests {
  private struct AEADGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let key, iv, aad, msg, ct, tag: HexBytes
      let result: WycheproofResult
    }
    let keySize, ivSize, tagSize: Int
    let tests: [Vector]
  }

  @Test("AES-256-GCM", .enabled(if: VectorFile.exists("wycheproof/aes_gcm_test.json")))
  func aesGCM() throws {
    let file = try VectorFile.decode(Wycheproof<AEADGroup>.self, "wycheproof/aes_gcm_test.json")
    var tried = (valid: 0, invalid: 0, refused: 0, shortKey: 0)
    for group in file.testGroups {
      #expect(group.tagSize == 128)
      for vector in group.tests {
        let key = SecretBytes(copying: vector.key.bytes)
        guard group.keySize == 256 else {
          #expect(throws: SealingError.wrongSize("AES-256 key")) { _ = try AEAD(key: key) }
          tried.shortKey += 1
          continue
        }
        let cipher = try AEAD(key: key)
        let (nonce, aad, sealed) = (vector.iv.bytes, vector.aad.bytes, vector.ct.bytes + vector.tag.bytes)
        guard group.ivSize == 96 else {
          #expect(throws: SealingError.wrongSize("nonce")) {
            try cipher.open(sealed, nonce: nonce, additionalData: aad)
          }
          #expect(throws: SealingError.wrongSize("nonce")) {
            try cipher.seal(vector.msg.bytes, nonce: nonce, additionalData: aad)
          }
          tried.refused += 1
          continue
        }
        // A wrapped key is a layout byte, the nonce, ciphertext and tag; its context is the additional data.
        let wrapping = try KeyWrap(keyEncryptionKey: key)
        let wrapped = [1] + nonce + sealed
        if vector.result == .valid {
          tried.valid += 1
          let unwrapped = try wrapping.unwrap(wrapped, context: aad)
          #expect(unwrapped.withUnsafeBytes { Array($0) } == vector.msg.bytes, "\(vector.tcId)")
          #expect(try cipher.open(sealed, nonce: nonce, additionalData: aad) == vector.msg.bytes, "\(vector.tcId)")
          let secret = try cipher.openSecret(sealed, nonce: nonce, additionalData: aad)
          #expect(secret.withUnsafeBytes { Array($0) } == vector.msg.bytes, "\(vector.tcId)")
          #expect(try cipher.seal(vector.msg.bytes, nonce: nonce, additionalData: aad) == sealed, "\(vector.tcId)")
        } else {
          tried.invalid += 1
          #expect(throws: SealingError.authenticationFailed, "\(vector.tcId)") {
            try wrapping.unwrap(wrapped, context: aad)
          }
          #expect(throws: SealingError.authenticationFailed, "\(vector.tcId)") {
            try cipher.open(sealed, nonce: nonce, additionalData: aad)
          }
          #expect(throws: SealingError.authenticationFailed, "\(vector.tcId)") {
            try cipher.openSecret(sealed, nonce: nonce, additionalData: aad)
          }
        }
      }
    }
    #expect(tried.valid + tried.invalid + tried.refused + tried.shortKey == file.numberOfTests, "\(tried)")
    #expect(tried.valid > 30 && tried.invalid > 20 && tried.refused > 10, "\(tried)")
  }

  private struct HKDFGroup: Decodable {
    struct Vector: Decodable {
      let tcId: Int
      let ikm, salt, info, okm: HexBytes
      let size: Int
      let result: WycheproofResult
    }
    let tests: [Vector]
  }

  @Test("HKDF-SHA256", .enabled(if: VectorFile.exists("wycheproof/hkdf_sha256_test.json")))
  func hkdf() throws {
    let file = try VectorFile.decode(Wycheproof<HKDFGroup>.self, "wycheproof/hkdf_sha256_test.json")
    var tried = 0
    for vector in file.testGroups.flatMap(\.tests) {
      func derive() throws -> [UInt8] {
        try KeyDerivation.hkdfSHA256(
          key: SecretBytes(copying: vector.ikm.bytes), salt: vector.salt.bytes, info: vector.info.bytes,
          count: vector.size
        ).withUnsafeBytes { Array($0) }
      }
      if vector.result == .valid {
        #expect(try derive() == vector.okm.bytes, "\(vector.tcId)")
      } else {
        #expect(throws: SealingError.self, "\(vector.tcId)") { try derive() }
      }
      tried += 1
    }
    #expect(tried == file.numberOfTests)
  }
}
