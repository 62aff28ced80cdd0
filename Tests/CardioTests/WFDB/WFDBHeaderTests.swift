import Cardio
import Testing

@Suite("WFDB header")
struct WFDBHeaderTests {
  private func parse(_ text: String) throws(WFDBError) -> WFDBHeader {
    try WFDBHeader(parsing: Array(text.utf8), file: "x.hea")
  }

  @Test("a header of the MIT-BIH database is understood")
  func mitbih() throws {
    let header = try parse(
      "100 2 360 650000\n100.dat 212 200 11 1024 995 -22131 0 MLII\n100.dat 212 200 11 1024 1011 20052 0 V5\n# 69 M 1085\n"
    )
    #expect(header.name == "100")
    #expect(header.sampleRate.hertz == 360)
    #expect(header.sampleCount == 650_000)
    #expect(header.signals.map(\.label) == ["MLII", "V5"])
    #expect(header.signals[0].format == .format212)
    #expect(header.signals[0].baseline == 1024)
    #expect(header.signals[0].checksum == -22_131)
    #expect(header.comments == [" 69 M 1085"])
  }

  @Test("offset, baseline, units, counter frequency, time and a label of several words are understood")
  func everything() throws {
    let header = try parse(
      "A1 1 300/1000(5) 9000 05:05:15 1/05/2000\r\nA1.mat 16+24 1000.5(-3)/uV 16 7 -127 -1 0 ECG lead two \r\n")
    let signal = try #require(header.signals.first)
    #expect(signal.byteOffset == 24)
    #expect(signal.gain == 1000.5)
    #expect(signal.baseline == -3)
    #expect(signal.units == "uV")
    #expect(signal.adcZero == 7)
    #expect(signal.label == "ECG lead two")
  }

  @Test("what a header leaves out takes the documented defaults")
  func defaults() throws {
    let header = try parse("r 1\nr.dat 16\n")
    #expect(header.sampleRate.hertz == 250)
    #expect(header.sampleCount == nil)
    #expect(header.signals[0].gain == 200)
    #expect(header.signals[0].baseline == 0)
    #expect(header.signals[0].units == "mV")
    #expect(header.signals[0].checksum == nil)
  }

  @Test(
    "hostile headers are refused with code and line",
    arguments: [
      ("", WFDBError.Code.malformedHeader, 1), ("r\n", .malformedHeader, 1), ("r x\n", .malformedHeader, 1),
      ("r -1\n", .malformedHeader, 1), ("r 99999999999999999999\n", .malformedHeader, 1),
      ("r 65\n", .malformedHeader, 1),
      ("r/3 1\n", .unsupported, 1), ("../r 1\n", .unsupported, 1), ("r 1 0\n", .malformedHeader, 1),
      ("r 1 nan\n", .malformedHeader, 1), ("r 1 inf\n", .malformedHeader, 1), ("r 1 0x10\n", .malformedHeader, 1),
      ("r 1 360 -5\n", .malformedHeader, 1), ("r 1 360 999999999999\n", .malformedHeader, 1),
      ("r 1 360\n", .malformedHeader, 2), ("r 1 360\nr.dat\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 8\n", .unsupported, 2), ("r 1 360\nr.dat 16x2\n", .unsupported, 2),
      ("r 1 360\nr.dat 16:4\n", .unsupported, 2), ("r 1 360\nr.dat 16+\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16?3\n", .malformedHeader, 2), ("r 1 360\n../r.dat 16\n", .malformedHeader, 2),
      ("r 1 360\n/etc/passwd 16\n", .malformedHeader, 2), ("r 1 360\n.. 16\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16 -200\n", .malformedHeader, 2), ("r 1 360\nr.dat 16 1e999\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16 200(5\n", .malformedHeader, 2), ("r 1 360\nr.dat 16 200/\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16 200 99\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16 200 11 0 0 70000\n", .malformedHeader, 2),
      ("r 1 360\nr.dat 16\nr.dat 16\n", .malformedHeader, 3), ("# only\n# comments\n", .malformedHeader, 3),
    ])
  func hostile(text: String, code: WFDBError.Code, line: Int) {
    do {
      _ = try parse(text)
      Issue.record("accepted")
    } catch {
      #expect(error.code == code)
      #expect(error.place == line || text.hasSuffix("\n") && error.place == line + 1)
      #expect(error.file == "x.hea")
    }
  }

  @Test("bytes that are no text, and too many of them, are refused")
  func binary() {
    #expect(throws: WFDBError(code: .malformedHeader, reason: "", file: "")) {
      try WFDBHeader(parsing: [0x72, 0x20, 0xff, 0xfe], file: "x.hea")
    }
    #expect(throws: WFDBError(code: .malformedHeader, reason: "", file: "")) {
      try WFDBHeader(parsing: [0x72, 0x00, 0x31], file: "x.hea")
    }
    #expect(throws: WFDBError(code: .tooLarge, reason: "", file: "")) {
      try WFDBHeader(parsing: [UInt8](repeating: 0x20, count: WFDBLimits.headerBytes + 1), file: "x.hea")
    }
  }

  @Test("no mutation of a header crashes the parser")
  func mutations() {
    let original = Array("100 2 360 650000\n100.dat 212 200(0)/mV 11 1024 995 -22131 0 MLII\nb.mat 16+24 1\n".utf8)
    var generator = Lottery(seed: 7)
    for _ in 0..<4_000 {
      var bytes = original
      for _ in 0...Int(generator.next() % 4) {
        let place = Int(generator.next() % UInt64(bytes.count))
        switch generator.next() % 3 {
        case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: place)
        default: bytes.insert(UInt8(truncatingIfNeeded: generator.next() % 96 + 32), at: place)
        }
      }
      _ = try? WFDBHeader(parsing: bytes, file: "x.hea")
    }
  }
}
