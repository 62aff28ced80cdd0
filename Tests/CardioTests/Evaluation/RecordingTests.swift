import Cardio
import Foundation
import Testing

/// Recordings of the MIT-BIH Arrhythmia Database, where they are at hand.
enum Recordings {
  static let folder: URL? = ["../shared/data/mitdb", "data/mitdb"]
    .map { URL(fileURLWithPath: $0, isDirectory: true) }
    .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("100.hea").path) }
}

@Suite("Recordings", .enabled(if: Recordings.folder != nil))
struct RecordingTests {
  /// What the production path finds in a record, turned upside down or scaled on the way.
  private func evaluate(_ name: String, factor: Float = 1, tolerance: Double = 0.150) throws -> BeatComparison {
    let folder = try #require(Recordings.folder)
    let record = try WFDBRecord(directory: folder, name: name)
    let signal = try record.microvolts(signal: 0).map { $0 * factor }
    let samples = try RecordReplay.digitise(signal, rate: record.header.sampleRate)
    return QRSEvaluation.Record(
      name: name, samples: samples, beats: RecordReplay.analyse(samples),
      annotations: try WFDBAnnotations(directory: folder, name: name), rate: record.header.sampleRate,
      tolerance: tolerance
    ).comparison
  }

  @Test(
    "sensitivity and positive predictivity stay above what was measured less a margin",
    arguments: [
      ("100", 0.999, 0.999), ("106", 0.995, 0.995), ("119", 0.999, 0.999), ("200", 0.996, 0.995),
      ("208", 0.990, 0.995), ("232", 0.998, 0.990), ("207", 0.990, 0.990), ("203", 0.975, 0.975),
    ])
  func accuracy(record: String, sensitivity: Double, predictivity: Double) throws {
    let result = try evaluate(record)
    #expect((result.sensitivity ?? 0) >= sensitivity)
    #expect((result.positivePredictivity ?? 0) >= predictivity)
  }

  @Test("polarity and amplitude hardly matter", arguments: ["119", "233"], [-1, 0.2, 5] as [Float])
  func scaled(record: String, factor: Float) throws {
    let result = try evaluate(record, factor: factor)
    #expect((result.detectionErrorRate ?? 1) < 0.005)
  }

  @Test("a record's checksums hold, and its annotations are all there")
  func reading() throws {
    let folder = try #require(Recordings.folder)
    let record = try WFDBRecord(directory: folder, name: "100")
    #expect(record.sampleCount == 650_000 && record.samples.count == 2)
    #expect(record.samples[0][0] == 995 && record.samples[1][0] == 1_011)
    let annotations = try WFDBAnnotations(directory: folder, name: "100")
    #expect(annotations.beats.count == 2_273)
    #expect(annotations.beats.count { $0.beatClass == .supraventricular } == 33)
    #expect(annotations.beats.count { $0.beatClass == .ventricular } == 1)
    #expect(annotations.annotations.first?.auxiliary == "(N")
  }

  @Test("a real record gives the same beats however it is cut")
  func chunks() throws {
    let folder = try #require(Recordings.folder)
    let record = try WFDBRecord(directory: folder, name: "207")
    let signal = Array(try record.microvolts(signal: 0).prefix(360 * 300))
    let samples = try RecordReplay.digitise(signal, rate: record.header.sampleRate)
    let whole = RecordReplay.analyse(samples, chunk: samples.count)
    for chunk in [1, 7, 64, 187, 1_000] { #expect(RecordReplay.analyse(samples, chunk: chunk) == whole) }
  }
}
