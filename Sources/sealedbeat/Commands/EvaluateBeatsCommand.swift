import ArgumentParser
import Cardio
import Foundation
import Inference

/// `sealedbeat evaluate beats`: how well a model tells beats.
struct EvaluateBeatsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "beats",
    abstract: "Compare a model's judgement of each beat with the annotated one, per record and over all.",
    discussion: """
      Every record takes the path of a live session: resampled to 125 Hz, quantised to 16 bits, cut into chunks of 187 \
      samples, analysed as a stream; each record gets a fresh judge. Detected beats are matched with annotated ones at \
      ±150 ms; stretches of ventricular flutter are left out. The whole record counts, its first minutes included. With \
      --r-peaks annotated the same windows are cut at the annotated R peaks instead: what the model could do behind a \
      perfect detector.

      CLASSES are those of AAMI EC57: N, S (SVEB), V (VEB), F, Q. For V and S the counts are EC57's: a beat that the \
      detector missed or the model cannot read counts against sensitivity; a false beat called V counts against V's \
      positive predictivity. An F or Q beat called V, and a Q beat called S, is neither right nor wrong. For N, F and Q, of \
      which EC57 says nothing, every beat of another class counts. F1 follows from the same counts. Accuracy is the share \
      of annotated, found and readable beats whose class is right; the confusion matrix has everything.

      BINARY figures ask whether a beat is abnormal (any class but N) from P(abnormal) alone, over annotated, found and \
      readable beats. The calibration error is the expected one over ten bins of P(abnormal), 0.0–0.1 … 0.9–1.0.

      INTERVALS are the 2.5th and 97.5th percentile of 1,000 resamples of whole records with a fixed seed.

      JSON: records[] and gross with classes.{N,S,V,F,Q}.{sensitivity,positivePredictivity,f1,support,calledAbnormal}, \
      confusion.{annotated, or none}.{told, unreadable or missed}, accuracy, \
      binary.{auc,accuracy,precision,recall,specificity,f1,threshold}, calibrationError, classCalibrationError, \
      reliability[], unreadable, missedBeats, falseBeats; intervals has the same names with pairs of bounds. Rates are \
      fractions; what is undefined is null.

      Example: sealedbeat evaluate beats --database data/mitdb --records ds2 --exclude 202 --json
      """)

  @OptionGroup var selection: RecordSelection

  @Option(help: "The suffix of the annotation files.")
  var annotator = "atr"

  @Option(
    help: ArgumentHelp("The model: 'default', 'reference', or a weights file.", valueName: "default|reference|file"))
  var model = ModelChoice.standard

  @Option(help: "Where the R peaks come from.")
  var rPeaks = RPeaks.detected

  @Option(
    help: ArgumentHelp("A beat is abnormal from this P(abnormal) on; the model's own when left out.", valueName: "p"))
  var threshold: Float?

  @Option(
    help: ArgumentHelp(
      """
      Write every beat as a line of CSV: record, sample (at the record's own rate), reference, predicted, p_N, p_S, p_V, \
      p_F, p_Q, p_abnormal, quality. 'predicted' may be 'missed' or 'unreadable'; an empty 'reference' is a false beat.
      """, valueName: "file"))
  var predictions: String?

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func validate() throws {
    if let threshold, !(0...1).contains(threshold) { throw ValidationError("--threshold lies between 0 and 1.") }
  }

  func run() throws {
    let judging = try model.load()
    let names = try selection.names(annotator: annotator)
    var progress = ProgressLine()
    var all: [(record: String, predictions: [BeatPrediction])] = []
    for (index, name) in names.enumerated() {
      progress.show(Double(index) / Double(names.count), "record \(name)")
      do { all.append((name, try judge(name, by: judging))) } catch {
        progress.clear()
        throw RecordFault(record: name, cause: error)
      }
    }
    progress.show(1, "resampling records")
    let evaluation = BeatEvaluation(
      all,
      conditions: BeatEvaluation.Conditions(
        model: judging, threshold: threshold, rPeaks: rPeaks.source, lead: selection.lead))
    progress.clear()
    if let predictions { try write(all.map(\.predictions), to: predictions) }
    print(json ? evaluation.json.text : evaluation.table)
  }

  private func judge(_ name: String, by judging: any JudgingModel) throws -> [BeatPrediction] {
    let record = try WFDBRecord(directory: selection.folder, name: name)
    let annotations = try WFDBAnnotations(directory: selection.folder, name: name, annotator: annotator)
    return try BeatEvaluation.predictions(
      record: name, microvolts: record.microvolts(signal: selection.lead), rate: record.header.sampleRate,
      annotations: annotations, model: judging, rPeaks: rPeaks.source)
  }

  private func write(_ records: [[BeatPrediction]], to path: String) throws {
    var text = BeatPrediction.csvHeader + "\n"
    for predictions in records {
      for prediction in predictions { text += prediction.csv + "\n" }
    }
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }
}

extension EvaluateBeatsCommand {
  /// Where the R peaks come from, as a flag says it.
  enum RPeaks: String, CaseIterable, ExpressibleByArgument {
    case detected
    case annotated

    var source: BeatEvaluation.RPeakSource {
      switch self {
      case .detected: .detected
      case .annotated: .annotated
      }
    }
  }
}
