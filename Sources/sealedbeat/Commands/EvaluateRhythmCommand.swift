import ArgumentParser
import Cardio
import Foundation
import Inference

/// `sealedbeat evaluate rhythm`: how well rhythms are told.
struct EvaluateRhythmCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rhythm",
    abstract: "Compare the rhythms told with the annotated ones, by episode and by duration, per record and over all.",
    discussion: """
      Every record takes the path of a live session: resampled to 125 Hz, quantised to 16 bits, cut into chunks of 187 \
      samples, analysed as a stream. An episode is found when a detected one overlaps it (EC57); durations count seconds. \
      Stretches annotated as (NOISE do not count.

      BEATS come from the annotations ('annotated'), from the detector and a model ('classified'), or from the detector with \
      the class of the annotated beat within 150 ms, N without one ('matched'). A model that tells no classes calls \
      every beat N: runs, couplets, bigeminy and trigeminy are then not told.

      ALARMS are waveform episodes of ventricular flutter, fibrillation or tachycardia and runs of three or more V from \
      100 a minute. Episodes of 4 s and more ask for one, within 10 s of their onset. An alarm is false when it touches no \
      annotated VT, VFL, VF or run of three V.

      With --reference (REFERENCE.csv of the PhysioNet/CinC Challenge 2017) each record is judged as a whole: N, A, O or ~.

      JSON: beats, lead, records[] and gross with rhythms.NAME, couplets, runs (each with referenceEpisodes, \
      detectedEpisodes, referenceSeconds, detectedSeconds, episodeSensitivity, episodePositivePredictivity, \
      durationSensitivity, durationPositivePredictivity) and alarms (episodes, sensitivity, sensitivityInTime, \
      medianDelaySeconds, longestDelaySeconds, falseAlarms, falseAlarmsInReadableSignal, falseAlarmsPerHour). NAME is \
      atrialFibrillation, atrialFibrillationOrFlutter, ventricularTachyarrhythmia, ventricularFibrillation, bigeminy, \
      trigeminy, supraventricularTachycardia, idioventricular, asystole, bradycardia. With --reference: confusion, f1, \
      challengeScore. Rates are fractions; what is undefined is left out.

      Example: sealedbeat evaluate rhythm --database data/mitdb --beats annotated --json
      """)

  @OptionGroup var selection: RecordSelection

  @Option(help: "The suffix of the annotation files.")
  var annotator = "atr"

  @Option(help: "Where the beats and their classes come from.")
  var beats = Beats.classified

  @Option(
    help: ArgumentHelp("The model: 'default', 'reference', or a weights file.", valueName: "default|reference|file"))
  var model = ModelChoice.standard

  @Option(help: ArgumentHelp("Labels of whole records: judge each record as one strip.", valueName: "file"))
  var reference: String?

  @Option(
    help: ArgumentHelp("Print the features of a model as CSV instead (for Training/fit_rhythm.py).", valueName: "kind"))
  var features: Features?

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func run() throws {
    if let features { return try printFeatures(features) }
    if let reference { return try judgeStrips(reference) }
    let names = try selection.names(annotator: annotator)
    var progress = ProgressLine()
    var results: [RhythmEvaluation.Record] = []
    for (index, name) in names.enumerated() {
      progress.show(Double(index) / Double(names.count), "record \(name)")
      let input = try RhythmInput(name, command: self)
      results.append(
        RhythmEvaluation.Record(
          name: name, seconds: Double(input.samples.count) * SampleRate.analysis.interval,
          replay: RhythmReplay(input.samples, beats: input.beats), annotations: input.annotations, rate: input.rate))
    }
    progress.clear()
    let evaluation = RhythmEvaluation(beats: beats.rawValue, lead: selection.lead, records: results)
    print(json ? try evaluation.prettyJSON() : evaluation.table)
  }

  private func judgeStrips(_ reference: String) throws {
    let text = try String(contentsOf: URL(fileURLWithPath: reference), encoding: .utf8)
    let labels = StripEvaluation.labels(csv: text)
    var evaluation = StripEvaluation()
    var progress = ProgressLine()
    let names = try selection.names().filter { labels[$0] != nil }
    guard !names.isEmpty else { throw ValidationError("--reference names no record of \(selection.database).") }
    for (index, name) in names.enumerated() {
      progress.show(Double(index) / Double(names.count), "record \(name)")
      let told = StripClassifier.classify(RhythmStrip(try samples(name).samples))
      if let label = labels[name] { evaluation.add(annotated: label, told: told) }
    }
    progress.clear()
    print(json ? try evaluation.prettyJSON() : evaluation.table)
  }

  private func printFeatures(_ kind: Features) throws {
    for name in try selection.names(annotator: kind == .strip ? nil : annotator) {
      let lines: [String]
      switch kind {
      case .strip:
        lines = try [RhythmFeatureTable.strip(RhythmStrip(samples(name).samples), record: name)].compactMap(\.self)
      case .waveform: lines = RhythmFeatureTable.waveform(try samples(name).samples, record: name)
      case .fibrillation:
        lines = RhythmFeatureTable.fibrillation(try RhythmInput(name, command: self).beats, record: name)
      case .rhythms:
        let input = try RhythmInput(name, command: self)
        let end = Double(input.samples.count) * SampleRate.analysis.interval
        lines = input.annotations.rhythms(rate: input.rate, end: end).map {
          "\(name),\($0.seconds.lowerBound),\($0.seconds.upperBound),\($0.label)"
        }
      }
      for line in lines { print(line) }
    }
  }

  /// A record's signal as the device would have sent it.
  func samples(_ name: String) throws -> (samples: [Int16], rate: SampleRate) {
    do {
      let record = try WFDBRecord(directory: selection.folder, name: name)
      let rate = record.header.sampleRate
      return (try RecordReplay.digitise(record.microvolts(signal: selection.lead), rate: rate), rate)
    } catch { throw RecordFault(record: name, cause: error) }
  }
}

extension EvaluateRhythmCommand {
  /// Where beats come from.
  enum Beats: String, CaseIterable, ExpressibleByArgument {
    case annotated
    case matched
    case classified
  }

  /// Which features are printed.
  enum Features: String, CaseIterable, ExpressibleByArgument {
    case fibrillation
    case waveform
    case strip
    case rhythms
  }
}
