import Sealing
import Testing

@Suite("Key wrapping and sealed records")
struct KeyWrapTests {
  private let context = Array("tenant, pump-1, 1, active".utf8)

  @Test("A wrapped key opens in its context and in no other")
  func contexts() throws {
    let wrap = try KeyWrap(keyEncryptionKey: SecretBytes(randomCount: 32))
    let key = try SecretBytes(randomCount: 32)
    let wrapped = try wrap.wrap(key, context: context)
    #expect(wrapped.count == 32 + KeyWrap.overhead)
    #expect(try wrap.unwrap(wrapped, context: context).isEqual(to: key))
    #expect(throws: SealingError.authenticationFailed) {
      try wrap.unwrap(wrapped, context: Array("tenant, pump-1, 1, destroyed".utf8))
    }
    let other = try KeyWrap(keyEncryptionKey: SecretBytes(randomCount: 32))
    #expect(throws: SealingError.authenticationFailed) { try other.unwrap(wrapped, context: context) }
    #expect(try wrap.wrap(key, context: context) != wrapped)
  }

  @Test("Every altered bit and every cut is found")
  func alterations() throws {
    let wrap = try KeyWrap(keyEncryptionKey: SecretBytes(randomCount: 32))
    let wrapped = try wrap.wrap(SecretBytes(randomCount: 32), context: context)
    for bit in 0..<wrapped.count * 8 {
      var altered = wrapped
      altered[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(throws: SealingError.authenticationFailed) { try wrap.unwrap(altered, context: context) }
    }
    for count in 0..<wrapped.count {
      #expect(throws: SealingError.authenticationFailed) {
        try wrap.unwrap(Array(wrapped.prefix(count)), context: context)
      }
    }
  }

  @Test("A record opens in its context and in no other; an empty one too")
  func records() throws {
    let box = try SealedBox(key: SecretBytes(randomCount: 32))
    for plaintext in [[], [1], [UInt8](repeating: 7, count: 5000)] as [[UInt8]] {
      let sealed = try box.seal(plaintext, context: "finding/1")
      #expect(sealed.count == plaintext.count + SealedBox.overhead)
      #expect(try box.open(sealed, context: "finding/1") == plaintext)
      #expect(throws: SealingError.authenticationFailed) { try box.open(sealed, context: "finding/2") }
      #expect(throws: SealingError.authenticationFailed) {
        try box.open(Array(sealed.dropLast()), context: "finding/1")
      }
    }
  }

  @Test("scrypt, RFC 7914 §12")
  func scrypt() throws {
    let key = try KeyDerivation.scrypt(
      passphrase: SecretBytes(copying: Array("password".utf8)), salt: Array("NaCl".utf8),
      cost: .init(n: 1024, r: 8, p: 16), count: 64)
    #expect(key.withUnsafeBytes { Array($0.prefix(8)) } == [0xFD, 0xBA, 0xBE, 0x1C, 0x9D, 0x34, 0x72, 0x00])
    #expect(throws: SealingError.self) {
      try KeyDerivation.scrypt(
        passphrase: SecretBytes(copying: [1]), salt: [], cost: .init(n: 1 << 30, r: 64, p: 1), count: 32)
    }
  }
}
