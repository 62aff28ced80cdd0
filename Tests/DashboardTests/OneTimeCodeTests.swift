import Dashboard
import Sealing
import Testing

@Suite struct OneTimeCodeTests {
  /// RFC 6238 appendix B: time, and the codes of eight digits under SHA-1, SHA-256 and SHA-512.
  static let vectors: [(UInt64, String, String, String)] = [
    (59, "94287082", "46119246", "90693936"),
    (1_111_111_109, "07081804", "68084774", "25091201"),
    (1_111_111_111, "14050471", "67062674", "99943326"),
    (1_234_567_890, "89005924", "91819424", "93441116"),
    (2_000_000_000, "69279037", "90698825", "38618901"),
    (20_000_000_000, "65353130", "77737706", "47863826"),
  ]

  @Test(arguments: vectors.indices) func appendixB(index: Int) {
    let (time, sha1, sha256, sha512) = Self.vectors[index]
    let step = OneTimeCode.step(at: time * 1_000_000)
    // The seed is the digits 1…0 repeated to the hash's size (RFC 6238, appendix A; erratum 2866).
    for (algorithm, size, code) in [
      (OneTimeCode.Algorithm.sha1, 20, sha1), (.sha256, 32, sha256), (.sha512, 64, sha512),
    ] {
      let seed = SecretBytes(copying: (0..<size).map { UInt8(ascii: "0") + UInt8(($0 + 1) % 10) })
      #expect(OneTimeCode.code(seed, step: step, digits: 8, algorithm: algorithm) == code)
    }
  }

  @Test func theWindowIsOneStepOnEachSide() throws {
    let secret = SecretBytes(copying: Array("12345678901234567890".utf8))
    let now: UInt64 = 1_111_111_111_000_000
    let present = OneTimeCode.step(at: now)
    for offset in -3...3 {
      let step = UInt64(Int(present) + offset)
      let found = OneTimeCode.matchingStep(OneTimeCode.code(secret, step: step), secret: secret, now: now)
      #expect(found == (abs(offset) <= 1 ? step : nil), "\(offset)")
    }
    for wrong in ["", "12345", "1234567", "abcdef", "١٢٣٤٥٦"] {
      #expect(OneTimeCode.matchingStep(wrong, secret: secret, now: now) == nil)
    }
  }

  /// RFC 4648 §10, without padding.
  @Test func base32() {
    for (text, encoded) in [
      ("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("foob", "MZXW6YQ"), ("fooba", "MZXW6YTB"),
      ("foobar", "MZXW6YTBOI"),
    ] { #expect(Base32.encode(text.utf8) == encoded) }
  }

  @Test func theAddressForThePhoneIsEscaped() {
    let uri = OneTimeCode.enrolmentURI(secret: "MZXW6", account: "dr.weiss", issuer: "A&B c")
    #expect(
      uri == "otpauth://totp/A%26B%20c:dr.weiss?secret=MZXW6&issuer=A%26B%20c&algorithm=SHA1&digits=6&period=30")
  }

  @Test func aRecoveryCodeIsReadAsItIsTyped() throws {
    let code = try RecoveryCode()
    #expect(code.written.count == 29 && code.hash.count == 32)
    for typed in [code.written, code.written.lowercased(), code.written.filter { $0 != "-" }, " \(code.written) "] {
      #expect(RecoveryCode(typed: typed)?.hash == code.hash)
    }
    for wrong in [
      "", "123456", String(code.written.dropLast()), code.written + "A", code.written.replacing("-", with: "_"),
    ] {
      #expect(RecoveryCode(typed: wrong) == nil)
    }
    #expect(try RecoveryCode() != code)
  }

  @Test(arguments: [
    ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
    (
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36 Edg/140.0",
      "Edge on Windows"
    ),
    (
      "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Mobile/15E148 Safari/604.1",
      "Safari on iOS"
    ),
    ("<script>alert(1)</script>", ""), (String(repeating: "Firefox/", count: 400), ""),
  ]) func aBrowserIsNamedInOurWords(userAgent: String, words: String) {
    #expect(BrowserFamily.describe(userAgent) == words)
  }
}
