import ArgumentParser
import Cardio
import Foundation

/// `sealedbeat evaluate`: measures the analysis against annotated recordings.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Measure the analysis against annotated recordings.",
    discussion: """
      Runs the code that analyses live sessions over any folder of WFDB records (PhysioNet) at any sampling rate and
      compares what it finds with the annotations.
      """,
    subcommands: [
      EvaluateQRSCommand.self, EvaluateBeatsCommand.self, EvaluateRhythmCommand.self, EvaluateQualityCommand.self,
    ])
}

/// `sealedbeat evaluate qrs`: how well beats are found.
struct EvaluateQRSCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "qrs",
    abstract: "Count the beats found, missed and invented, per record and over all, in the manner of AAMI EC57.",
    discussion: """
      Every record takes the path of a live session: resampled to 125 Hz as the device's converter would deliver it,
      quantised to 16 bits, cut into chunks of 187 samples, analysed as a stream. A detection counts when it lies within
      the tolerance of an annotated beat; stretches of ventricular flutter, in which no beats are annotated, are left out.

      Example: sealedbeat evaluate qrs --database data/mitdb --records 100,106 --json
      """)

  @OptionGroup var selection: RecordSelection

  @Option(help: "How far a detection may lie from its beat, in milliseconds.")
  var toleranceMs = 150.0

  @Option(help: "The suffix of the annotation files.")
  var annotator = "atr"

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func validate() throws {
    guard toleranceMs > 0, toleranceMs <= 1_000 else {
      throw ValidationError("--tolerance-ms is between 0 and 1000.")
    }
  }

  func run() throws {
    let folder = selection.folder
    var results: [QRSEvaluation.Record] = []
    var analysisSeconds = 0.0
    for name in try selection.names(annotator: annotator) {
      let record = try WFDBRecord(directory: folder, name: name)
      let annotations = try WFDBAnnotations(directory: folder, name: name, annotator: annotator)
      let samples = try RecordReplay.digitise(
        try record.microvolts(signal: selection.lead), rate: record.header.sampleRate)
      let start = clock()
      let beats = RecordReplay.analyse(samples)
      analysisSeconds += Double(clock() - start) / Double(CLOCKS_PER_SEC)
      results.append(
        QRSEvaluation.Record(
          name: name, samples: samples, beats: beats, annotations: annotations, rate: record.header.sampleRate,
          tolerance: toleranceMs / 1_000))
    }
    let evaluation = QRSEvaluation(toleranceMilliseconds: toleranceMs, lead: selection.lead, records: results)
    let hours = results.reduce(0) { $0 + $1.durationSeconds } / 3_600
    let report = QRSReport(evaluation: evaluation, cpuSecondsPerHour: hours > 0 ? analysisSeconds / hours : 0)
    print(json ? try report.prettyJSON() : report.table())
  }
}

/// An evaluation with what it cost, for people and for programs.
private struct QRSReport: Encodable {
  let evaluation: QRSEvaluation
  let cpuSecondsPerHour: Double

  func encode(to encoder: any Encoder) throws {
    try evaluation.encode(to: encoder)
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(cpuSecondsPerHour, forKey: .cpuSecondsPerHour)
  }

  func table() -> String {
    var lines = ["record            TP      FP      FN      Se %      +P %     DER %    RMS ms"]
    for record in evaluation.records { lines.append(line(record.record, QRSStatistics(record.comparison))) }
    lines.append(line("gross", evaluation.gross))
    lines.append(line("average", evaluation.average))
    lines.append(String(format: "CPU seconds per hour of ECG: %.4f", cpuSecondsPerHour))
    return lines.joined(separator: "\n")
  }

  private func line(_ name: String, _ statistics: QRSStatistics) -> String {
    let counts = [statistics.truePositives, statistics.falsePositives, statistics.falseNegatives]
      .map { String(format: "%8.0f", $0) }
    let rates = [statistics.sensitivity, statistics.positivePredictivity, statistics.detectionErrorRate]
      .map { $0.map { String(format: "%10.3f", $0 * 100) } ?? "         –" }
    let timing = statistics.rmsErrorMilliseconds.map { String(format: "%10.2f", $0) } ?? "         –"
    return name.padding(toLength: 12, withPad: " ", startingAt: 0) + (counts + rates + [timing]).joined()
  }

  private enum Key: String, CodingKey {
    case cpuSecondsPerHour
  }
}
