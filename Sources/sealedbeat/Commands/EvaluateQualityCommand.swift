import ArgumentParser
import Cardio
import Foundation

/// `sealedbeat evaluate quality`: whether signal quality explains the detector's errors.
struct EvaluateQualityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quality",
    abstract: "Count the detector's errors by signal quality, by chunk and by beat, and the readable share of rhythms.",
    discussion: """
      Takes every record the way of a live session and matches its beats with the annotations at ±150 ms. Errors are counted by
      the index of the chunk in which they lie, and false detections by the quality of the beat itself. Where rhythms are
      annotated, the share of their chunks with an index of at least 0.5 is told: ventricular fibrillation must be readable.

      Example: sealedbeat evaluate quality --database data/nstdb --json
      """)

  @OptionGroup var selection: RecordSelection

  @Option(help: "The suffix of the annotation files.")
  var annotator = "atr"

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func run() throws {
    let folder = selection.folder
    var evaluation = QualityEvaluation()
    for name in try selection.names(annotator: annotator) {
      let record = try WFDBRecord(directory: folder, name: name)
      let annotations = try WFDBAnnotations(directory: folder, name: name, annotator: annotator)
      let rate = record.header.sampleRate
      let samples = try RecordReplay.digitise(try record.microvolts(signal: selection.lead), rate: rate)
      evaluation.add(samples: samples, annotations: annotations, rate: rate)
    }
    print(json ? try evaluation.prettyJSON() : table(evaluation))
  }

  private func table(_ evaluation: QualityEvaluation) -> String {
    func row(_ bin: QualityEvaluation.Bin) -> String {
      String(
        format: "%6.1f %8d %8d %6d %6d %9.3f", bin.from, bin.chunks, bin.truePositives, bin.falsePositives,
        bin.falseNegatives, bin.errorRate * 100)
    }
    var lines = ["chunks by index:", "  from   chunks       TP     FP     FN   error %"]
    lines += evaluation.byChunk.map(row)
    lines += ["beats by their own quality:", "  from              TP     FP          error %"]
    lines += evaluation.byBeat.map(row)
    lines.append("rhythms: chunks, of which readable")
    lines += evaluation.rhythms.map { "  \($0.rhythm) \($0.chunks) \($0.readable)" }
    return lines.joined(separator: "\n")
  }
}
