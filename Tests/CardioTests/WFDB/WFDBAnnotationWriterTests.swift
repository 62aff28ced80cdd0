import Cardio
import Foundation
import Testing

@Suite("WFDB annotation writer")
struct WFDBAnnotationWriterTests {
  private let beat = WFDBAnnotation.Code(rawValue: 1)

  @Test("what is written is read back, whatever the steps, texts and fields")
  func roundTrip() throws {
    var lottery = Lottery(seed: 8)
    for _ in 0..<200 {
      var sample = 0
      let annotations = (0..<40).map { _ in
        sample += [0, 1, 1_023, 1_024, 65_536, 7_000_000][Int(lottery.next() % 6)]
        return WFDBAnnotation(
          sample: sample, code: WFDBAnnotation.Code(rawValue: UInt8(lottery.next() % 49) + 1),
          subtype: Int8(truncatingIfNeeded: lottery.next()), channel: Int8(lottery.next() % 3),
          number: Int8(truncatingIfNeeded: Int(lottery.next() % 5) - 2),
          auxiliary: String("(AFIB with remarks é".prefix(Int(lottery.next() % 21))))
      }
      let bytes = try WFDBAnnotationWriter.bytes(of: annotations, file: "x.sbt")
      #expect(try WFDBAnnotations(parsing: bytes, file: "x.sbt").annotations == annotations)
    }
  }

  @Test("small files are what annot(5) says, byte for byte")
  func bytes() throws {
    #expect(try WFDBAnnotationWriter.bytes(of: [], file: "x") == [0, 0])
    let one = [
      WFDBAnnotation(sample: 1_023, code: beat), WFDBAnnotation(sample: 2_047, code: .rhythmChange, auxiliary: "(N"),
    ]
    #expect(
      try WFDBAnnotationWriter.bytes(of: one, file: "x") == [
        0xff, 0x07,  // N, 1,023 on
        0x00, 0xec, 0x00, 0x00, 0x00, 0x04,  // SKIP 1,024: the high word first
        0x00, 0x70, 0x02, 0xfc, 0x28, 0x4e,  // +, AUX of two bytes
        0, 0,
      ])
  }

  @Test("what the format cannot hold is refused")
  func refused() {
    let expected = WFDBError(code: .malformedData, reason: "", file: "")
    let last = WFDBAnnotationWriter.latestSample
    #expect(throws: Never.self) {
      try WFDBAnnotationWriter.bytes(of: [WFDBAnnotation(sample: last, code: beat)], file: "x")
    }
    let cases: [[WFDBAnnotation]] = [
      [WFDBAnnotation(sample: last + 1, code: beat)], [WFDBAnnotation(sample: -1, code: beat)],
      [WFDBAnnotation(sample: 5, code: beat), WFDBAnnotation(sample: 4, code: beat)],
      [WFDBAnnotation(sample: 5, code: WFDBAnnotation.Code(rawValue: 0))],
      [WFDBAnnotation(sample: 5, code: WFDBAnnotation.Code(rawValue: 59))],
      [WFDBAnnotation(sample: 5, code: beat, auxiliary: String(repeating: "x", count: 256))],
    ]
    for annotations in cases {
      #expect(throws: expected) { try WFDBAnnotationWriter.bytes(of: annotations, file: "x") }
    }
  }

  @Test("a file is written whole, and a folder that is not there is an error")
  func files() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sbt-\(UUID().uuidString)")
    #expect(throws: WFDBError(code: .unreadableFile, reason: "", file: "")) {
      try WFDBAnnotationWriter.write([], directory: folder, name: "a", annotator: "sbt")
    }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let annotations = [WFDBAnnotation(sample: 70_000, code: beat)]
    try WFDBAnnotationWriter.write(annotations, directory: folder, name: "a", annotator: "sbt")
    #expect(try WFDBAnnotations(directory: folder, name: "a", annotator: "sbt").annotations == annotations)
  }
}
