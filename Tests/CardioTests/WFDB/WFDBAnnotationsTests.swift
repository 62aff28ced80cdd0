import Cardio
import Testing

@Suite("WFDB annotations")
struct WFDBAnnotationsTests {
  private func word(_ code: Int, _ low: Int) -> [UInt8] {
    let value = code << 10 | low & 0x3ff
    return [UInt8(value & 0xff), UInt8(value >> 8)]
  }

  @Test("times, long skips, numbers, subtypes, channels and texts are read")
  func everything() throws {
    let skip: [UInt8] = word(59, 0) + [0x01, 0x00, 0x70, 0x11]  // 0x00011170 = 70,000
    let bytes =
      word(28, 18) + word(63, 3) + Array("(N\0".utf8) + [0]
      + word(1, 59) + word(62, 1) + word(61, -2) + word(60, 3)
      + skip + word(5, 7) + word(0, 0)
    let read = try WFDBAnnotations(parsing: bytes, file: "x.atr").annotations
    #expect(read.map(\.sample) == [18, 77, 70_084])
    #expect(read.map(\.code.symbol) == ["+", "N", "V"])
    #expect(read[0].auxiliary == "(N")
    #expect(read[1].channel == 1 && read[1].subtype == -2 && read[1].number == 3)
    // Channel and number stay; the subtype does not.
    #expect(read[2].channel == 1 && read[2].subtype == 0 && read[2].number == 3)
  }

  @Test(
    "codes become AAMI classes",
    arguments: [
      ("N", BeatClass.normal), ("L", .normal), ("R", .normal), ("e", .normal), ("j", .normal),
      ("A", .supraventricular), ("a", .supraventricular), ("J", .supraventricular), ("S", .supraventricular),
      ("V", .ventricular), ("E", .ventricular), ("F", .fusion), ("/", .unknown), ("f", .unknown), ("Q", .unknown),
    ])
  func classes(symbol: String, expected: BeatClass) {
    #expect(WFDBAnnotation.Code(symbol: symbol)?.beatClass == expected)
  }

  @Test("what is not a beat has no class", arguments: ["+", "~", "|", "[", "]", "!", "x", "\"", "("])
  func noBeats(symbol: String) {
    #expect(WFDBAnnotation.Code(symbol: symbol).map { $0.beatClass == nil } == true)
  }

  @Test("flutter lies between its brackets, and to the end without the second")
  func flutter() {
    let marks = [(10, "["), (90, "]"), (200, "[")].map { sample, symbol in
      WFDBAnnotation(sample: sample, code: WFDBAnnotation.Code(symbol: symbol) ?? .rhythmChange)
    }
    #expect(WFDBAnnotations(marks).flutter == [10..<90, 200..<Int.max])
  }

  @Test("hostile files are refused")
  func hostile() {
    let refused = WFDBError(code: .malformedData, reason: "", file: "")
    let cases: [[UInt8]] = [
      [], [0], word(1, 5), word(1, 5) + [0], word(59, 0), word(59, 0) + [0, 0, 1],
      word(59, 0) + [0xff, 0xff, 0x00, 0x00] + word(1, 0) + word(0, 0),  // a negative time
      word(59, 0) + [0xff, 0x7f, 0xff, 0xff] + word(0, 0),  // a time beyond all records
      word(1, 1) + word(63, 200) + [0x41], word(55, 1) + word(0, 0),
    ]
    for bytes in cases { #expect(throws: refused) { try WFDBAnnotations(parsing: bytes, file: "x.atr") } }
  }

  @Test("no bytes crash the reader")
  func noise() {
    var generator = Lottery(seed: 3)
    for _ in 0..<3_000 {
      let bytes = (0..<Int(generator.next() % 60)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
      _ = try? WFDBAnnotations(parsing: bytes, file: "x.atr")
    }
  }
}
