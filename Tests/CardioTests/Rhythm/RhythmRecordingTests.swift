import Cardio
import Foundation
import Testing

@Suite("Rhythms of recordings", .enabled(if: Recordings.folder != nil))
struct RhythmRecordingTests {
  private func replay(_ name: String, chunk: Int = 187) throws -> (RhythmReplay, RhythmEvaluation.Record) {
    let folder = try #require(Recordings.folder)
    let record = try WFDBRecord(directory: folder, name: name)
    let rate = record.header.sampleRate
    let samples = try RecordReplay.digitise(record.microvolts(signal: 0), rate: rate)
    let annotations = try WFDBAnnotations(directory: folder, name: name)
    let segmented = RecordReplay.segment(samples, rPeaks: annotations.beats.map { Double($0.sample) / rate.hertz })
    let beats = zip(segmented, annotations.beats).map { RhythmBeat($0, beatClass: $1.beatClass, confidence: 1) }
    let replay = RhythmReplay(samples, beats: beats, chunk: chunk)
    return (
      replay,
      RhythmEvaluation.Record(
        name: name, seconds: Double(samples.count) / 125, replay: replay, annotations: annotations, rate: rate)
    )
  }

  @Test(
    "fibrillation is found where it is annotated",
    arguments: [("201", 0.95, 0.95), ("203", 0.95, 0.95), ("219", 0.93, 0.93)])
  func fibrillation(record: String, sensitivity: Double, predictivity: Double) throws {
    let comparison = try #require(try replay(record).1.comparison.rhythms[.atrialFibrillationOrFlutter])
    #expect((comparison.durationSensitivity ?? 0) >= sensitivity)
    #expect((comparison.durationPredictivity ?? 0) >= predictivity)
  }

  @Test("no fibrillation, ventricular or atrial, in a normal rhythm", arguments: ["100", "103", "117"])
  func normal(record: String) throws {
    let (replay, _) = try replay(record)
    #expect(replay.spans([.atrialFibrillation, .ventricularFibrillation, .ventricularTachycardia, .asystole]).isEmpty)
  }

  @Test("the ventricular flutter of 207 is alarmed within ten seconds")
  func flutter() throws {
    let alarms = try replay("207").1.comparison.alarms
    #expect(alarms.episodes == 6 && alarms.inTime == 6)
  }

  @Test("bigeminy and every run are found", arguments: ["106", "119", "200"])
  func patterns(record: String) throws {
    let comparison = try replay(record).1.comparison
    let bigeminy = try #require(comparison.rhythms[.bigeminy])
    #expect((bigeminy.episodeSensitivity ?? 0) >= 0.95)
    #expect(comparison.runs.found == comparison.runs.reference)
  }

  @Test("a real record gives the same events however it is cut")
  func cuts() throws {
    let whole = try replay("207", chunk: 1_000_000).0.events.map(\.event)
    for chunk in [64, 187, 1_000] { #expect(try replay("207", chunk: chunk).0.events.map(\.event) == whole) }
  }
}
