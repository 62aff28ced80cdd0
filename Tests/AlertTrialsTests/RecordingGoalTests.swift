import AlertPolicy
import AlertTrials
import Cardio
import Findings
import Foundation
import Inference
import Testing

/// Recordings of the MIT-BIH Arrhythmia Database, where they are at hand.
enum Recordings {
  static let folder: URL? = ["../shared/data/mitdb", "data/mitdb"]
    .map { URL(fileURLWithPath: $0, isDirectory: true) }
    .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("100.hea").path) }

  /// A debug build takes minutes for what a release build does in seconds.
  static let areAnalysed: Bool = {
    #if DEBUG
      return false
    #else
      return folder != nil
    #endif
  }()

  static func trial(_ name: String, under policy: AlertPolicyConfiguration = AlertPolicyConfiguration()) throws
    -> TrialRecord
  {
    let folder = try #require(folder)
    let record = try WFDBRecord(directory: folder, name: name)
    let rate = record.header.sampleRate
    let session = try RecordedSession(
      RecordReplay.digitise(record.microvolts(signal: 0), rate: rate), model: ModelWeights.bundledDefault.loadJudging())
    let annotations = try WFDBAnnotations(directory: folder, name: name)
    return TrialRecord(
      name: name, session: session,
      annotated: AnnotatedRecording(annotations, rate: rate, seconds: session.seconds), policy: policy)
  }
}

@Suite("The default policy on recordings, from the samples to the alerts", .enabled(if: Recordings.areAnalysed))
struct RecordingGoalTests {
  @Test(
    "without a dangerous rhythm at most one alert in a patient-hour",
    arguments: ["100", "101", "103", "112", "113", "115", "117", "122", "123", "212"])
  func quiet(record: String) throws {
    let trial = try Recordings.trial(record)
    #expect(Double(trial.alerts.count) <= trial.hours, "\(trial.alerts.map(\.explanation))")
  }

  @Test(
    "annotated runs of three and more ventricular beats are found",
    arguments: ["106", "200", "203", "205", "207", "210", "213", "214", "215", "217", "221", "223", "233"])
  func runs(record: String) throws {
    let trial = try Recordings.trial(record)
    let runs = try #require(trial.episodes[AnnotatedRecording.Episode.ventricularRun.rawValue])
    #expect(runs.annotated > 0)
    #expect(runs.missedSeconds.isEmpty)
  }

  @Test(
    "annotated rhythms are found under their names",
    arguments: [
      ("207", AnnotatedRecording.Episode.ventricularTachyarrhythmia), ("205", .ventricularTachyarrhythmia),
      ("223", .ventricularTachyarrhythmia), ("203", .atrialFibrillation), ("210", .atrialFibrillation),
      ("221", .atrialFibrillation), ("106", .bigeminy), ("200", .bigeminy), ("228", .bigeminy),
      ("207", .supraventricularTachycardia),
    ])
  func episodes(record: String, kind: AnnotatedRecording.Episode) throws {
    let counts = try #require(try Recordings.trial(record).episodes[kind.rawValue])
    #expect(counts.annotated > 0 && counts.found == counts.annotated)
  }
}
