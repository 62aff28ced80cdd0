import Dashboard
import Testing

@Suite struct QRCodeTests {
  @Test func aShortTextIsTheSmallestCode() throws {
    // Version 1 has 21 squares a side (ISO/IEC 18004 §6.3.1), and four light ones around.
    let code = try #require(QRCode("HELLO"))
    #expect(code.size == 29)
    // The finder pattern's first row: seven dark squares, then light.
    #expect(code.path.hasPrefix("M4 4h7v1h-7z"))
    #expect(QRCode("HELLO") == code && QRCode("HELLP") != code)
  }

  @Test func whatACodeCannotHoldIsNone() {
    #expect(QRCode("") == nil && QRCode("a\0b") == nil)
    #expect(QRCode(String(repeating: "x", count: QRCode.textLimit + 1)) == nil)
    #expect(QRCode(String(repeating: "x", count: QRCode.textLimit)) != nil)
  }

  @Test func nothingOfTheTextBecomesMarkup() throws {
    let code = try #require(QRCode("\"/><script>alert(1)</script>"))
    #expect(code.path.allSatisfy { "Mhvz- 0123456789".contains($0) })
  }
}
