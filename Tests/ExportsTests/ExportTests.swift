import Cardio
import Exports
import Foundation
import Testing

@Suite("Files that leave the system")
struct ExportTests {
  private static let gap = 1300..<2100
  private static let leadOff = 3000..<3100

  /// Runs `body` with a directory of its own.
  private func withDirectory(_ body: (URL) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(directory)
  }

  /// The files of a tar archive; every header's checksum must hold.
  private func files(_ tar: [UInt8]) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    var place = 0
    while place < tar.count, tar[place] != 0 {
      let header = Array(tar[place..<place + 512])
      func text(_ range: Range<Int>) -> String { String(decoding: header[range].prefix { $0 != 0 }, as: UTF8.self) }
      let size = try #require(Int(text(124..<136), radix: 8))
      let told = try #require(Int(text(148..<154), radix: 8))
      let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
      #expect(sum == told && text(257..<262) == "ustar")
      files[text(0..<100)] = Array(tar[place + 512..<place + 512 + size])
      place += 512 + (size + 511) / 512 * 512
    }
    #expect(tar.count % 512 == 0 && tar[place...].allSatisfy { $0 == 0 })
    return files
  }

  @Test("CSV holds every sample, says what is missing, and no formula", arguments: [1000, 1526] as [UInt32])
  func csv(nanovolts: UInt32) throws {
    let fixture = ExportFixture(nanovolts: nanovolts, gap: Self.gap, leadOff: Self.leadOff)
    let text = String(decoding: fixture.file(.csv), as: UTF8.self)
    let head = try #require(text.split(separator: "\r\n").first)
    #expect(head == "sample,time,ecg_i_uV,ecg_i_state,ppg_red_counts,ppg_red_state,beat,beat_clinician,note")
    let rows = text.split(separator: "\r\n").dropFirst().map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
    #expect(rows.count == 5000)
    for (index, row) in rows.enumerated() {
      #expect(row[0] == "\(1250 + index)")
      if let value = fixture.samples[0][index] {
        #expect(abs((Double(row[2]) ?? .nan) - Double(value) * Double(nanovolts) / 1000) < 1e-9)
        #expect(row[3] == "")
      } else {
        #expect(row[2] == "" && row[3] == (Self.gap.contains(index) ? "missing" : "lead-off"))
      }
    }
    #expect(rows[0][1] == "2026-01-01T00:00:00.250Z" && rows[450][6] == "V" && rows[450][7] == "S")
    #expect(text.contains("\"dr.weiss: palpitations, \"\"strong\"\"\nafter stairs\"\r\n"))
  }

  @Test("our own WFDB reader finds the samples, the checksums and the annotations")
  func wfdb() throws {
    let fixture = ExportFixture(gap: Self.gap, leadOff: Self.leadOff)
    let files = try files(fixture.file(.wfdb))
    #expect(Set(files.keys) == ["sb_00112233.dat", "sb_00112233.atr", "sb_00112233.hea"])
    try withDirectory { directory in
      for (name, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
      let record = try WFDBRecord(directory: directory, name: "sb_00112233")
      #expect(record.sampleCount == 5000)
      for channel in 0..<2 {
        for index in 0..<5000 {
          #expect(Int(record.samples[channel][index]) == Int(fixture.samples[channel][index] ?? .min))
        }
      }
      let annotations = try WFDBAnnotations(directory: directory, name: "sb_00112233")
      #expect(annotations.beats.count == fixture.recording.beats.count)
      let relabelled = annotations.annotations.first { $0.sample == 450 }
      #expect(relabelled?.code.symbol == "S" && relabelled?.auxiliary == "clinician; machine V")
      let comments = annotations.annotations.filter { $0.code.symbol == "\"" }.map { "\($0.sample) \($0.auxiliary)" }
      #expect(comments.contains("1300 ECG I: gap") && comments.contains("2100 ECG I: signal"))
      #expect(comments.contains("3000 ECG I: lead-off"))
    }
  }

  @Test("EDF+ has a record for each second of which something arrived, and says what is missing in it")
  func edf() throws {
    for fixture in [ExportFixture(), ExportFixture(gap: Self.gap, leadOff: Self.leadOff)] {
      let bytes = fixture.file(.edf)
      func field(_ start: Int, _ width: Int) -> String {
        String(decoding: bytes[start..<start + width], as: UTF8.self).trimmingCharacters(in: .whitespaces)
      }
      let isWhole = fixture.recording.present.count == 1
      #expect(field(0, 8) == "0" && field(8, 80).hasPrefix("P-7K2M X 28-FEB-1950 Anna_M?ller"))
      #expect(field(168, 16) == "01.01.2600.00.00" && field(192, 44) == (isWhole ? "EDF+C" : "EDF+D"))
      let header = try #require(Int(field(184, 8)))
      let records = try #require(Int(field(236, 8)))
      // 1300..<2100 leaves seconds 11, 12, 13, 14 and 15 empty, whole ones: 1375..<2000.
      #expect(header == 1024 && records == (isWhole ? 40 : 35))
      let size = try #require(Int(field(256 + 3 * (16 + 80 + 8 * 5 + 80) + 16, 8)))
      let length = 2 * (250 + size)
      #expect(bytes.count == header + records * length)
      var texts = ""
      var seconds: [Int] = []
      for record in 0..<records {
        let start = header + record * length
        let annotations = bytes[start + 500..<start + length]
        let onset = String(decoding: annotations.prefix { $0 != 0x14 }, as: UTF8.self)
        let second = Int((Double(onset) ?? -1) - 0.25)
        seconds.append(second)
        for index in 0..<125 {
          let value = Int16(bitPattern: UInt16(bytes[start + 2 * index]) | UInt16(bytes[start + 2 * index + 1]) << 8)
          #expect(value == fixture.samples[0][second * 125 + index] ?? .min)
        }
        texts += String(decoding: annotations.filter { $0 != 0 }, as: UTF8.self)
      }
      #expect(seconds == (0..<40).filter { isWhole || !(11..<16).contains($0) })
      #expect(texts.contains("+3.85\u{14}S (clinician; machine V)\u{14}"))
      #expect(texts.split(separator: "ä", omittingEmptySubsequences: false).count == 61)
      #expect(texts.contains("+2.65\u{15}2\u{14}dr.weiss: palpitations"))
      if !isWhole { #expect(texts.contains("+24.25\u{15}0.8\u{14}lead-off ECG I\u{14}")) }
    }
  }

  @Test("FHIR is JSON whose data are the samples, E where there is none")
  func fhir() throws {
    let fixture = ExportFixture(count: 20_000, gap: 7500..<15_000, leadOff: Self.leadOff)
    let bundle = try #require(JSONSerialization.jsonObject(with: Data(fixture.file(.fhir))) as? [String: Any])
    let entries = try #require(bundle["entry"] as? [[String: Any]])
    let observations = entries.compactMap { $0["resource"] as? [String: Any] }
    #expect(observations.count == 6)
    var data: [String] = []
    for observation in observations where (observation["code"] as? [String: Any])?["text"] as? String == "ECG I" {
      if let value = observation["valueSampledData"] as? [String: Any] {
        data += (value["data"] as? String ?? "").split(separator: " ").map(String.init)
        #expect(value["factor"] as? Int == 1 && value["period"] as? Int == 8)
      } else {
        #expect(observation["dataAbsentReason"] != nil)
        data += [String](repeating: "E", count: 7500)
      }
    }
    #expect(data == fixture.samples[0].map { $0.map { String($0) } ?? "E" })
  }

  @Test("a report's table of objects is where it says, with a strip of every episode")
  func pdf() throws {
    let bytes = try Self.report()
    let text = String(decoding: bytes, as: Unicode.ASCII.self)
    let start = try #require(text.range(of: "startxref\n"))
    let offset = try #require(Int(text[start.upperBound...].prefix { $0 != "\n" }))
    #expect(Array(bytes[offset..<offset + 4]) == Array("xref".utf8))
    let rows = String(decoding: bytes[offset...], as: UTF8.self).split(separator: "\n").dropFirst(3)
    for (index, row) in rows.prefix(while: { $0.hasSuffix(" n ") }).enumerated() {
      let place = try #require(Int(row.prefix(10)))
      #expect(String(decoding: bytes[place..<place + 6], as: UTF8.self).hasPrefix("\(index + 1) 0 "))
    }
    // A page with the episodes, one with the notes, two with four strips.
    #expect(text.contains("/Count 4 ") && text.contains("(Anna M\\374ller \\(P-7K2M\\))"))
  }

  /// A report of four episodes.
  private static func report(_ language: ReportLanguage = .english) throws -> [UInt8] {
    let fixture = ExportFixture()
    var history = SessionHistory()
    for index in 0..<200 {
      history.append(
        HistoryStretch(
          firstSample: 1250 + index * 187, sampleCount: 187, captureTime: 1_767_225_600_250_000, quality: 0.9,
          heartRate: 70 + Double(index % 30), isLeadOff: (40..<60).contains(index)))
      history.append(
        HistoryBeat(
          position: 1250 + Double(index) * 100, rrMilliseconds: 800, beatClass: .normal, abnormalProbability: 0,
          isAbnormal: false))
    }
    let microvolts = (0..<1250).map { index in
      Int16(1000 * exp(-pow(Double(index % 100 - 50) / 3, 2) / 2))
    }
    let episodes = (0..<4).map { number in
      ReportContent.Episode(
        title: "tachycardia", severity: "medium", onset: 1_767_225_610_000_000, seconds: 12,
        explanation: "150/min for 12 s, limit 130/min.",
        runs: [(0, Array(microvolts[..<600])), (6, Array(microvolts[750...]))],
        beats: stride(from: 0.4, to: 10, by: 0.8).map {
          ($0, number == 0 ? "V" : "N", number == 0 && $0 < 1 ? "S" : nil)
        },
        stripStart: 1_767_225_608_000_000)
    }
    let content = ReportContent(
      trends: Trends(history, range: 1250..<1250 + 37_400, points: 400),
      intervals: NormalIntervals(history.beats[...], pairLimit: 0), episodes: episodes, omitted: 0,
      account: "dr.weiss", madeAt: 1_767_229_200_000_000)
    return PDFReport(fixture.recording, content: content, language: language).bytes()
  }

  /// Files for readers that others wrote: Tests/Interop/test_exports.py.
  @Test(
    "files for other readers are written where they are asked for",
    .enabled(if: ProcessInfo.processInfo.environment["SEALEDBEAT_EXPORTS"] != nil))
  func fixtures() throws {
    let path = try #require(ProcessInfo.processInfo.environment["SEALEDBEAT_EXPORTS"])
    let directory = URL(fileURLWithPath: path, isDirectory: true)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for (name, fixture) in [
      ("whole", ExportFixture()), ("gap", ExportFixture(gap: Self.gap, leadOff: Self.leadOff)),
      ("coarse", ExportFixture(nanovolts: 2000)),
    ] {
      for format in ExportFormat.allCases where format != .pdf {
        try Data(fixture.file(format)).write(to: directory.appendingPathComponent("\(name).\(format.suffix)"))
      }
      try JSONSerialization.data(withJSONObject: fixture.truth)
        .write(to: directory.appendingPathComponent("\(name).truth"))
    }
    try Data(Self.report()).write(to: directory.appendingPathComponent("report.pdf"))
    try Data(Self.report(.german)).write(to: directory.appendingPathComponent("report.de.pdf"))
  }
}
