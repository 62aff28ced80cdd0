import AlertPolicy
import AlertTrials
import ArgumentParser
import Cardio
import Foundation
import Inference

/// `sealedbeat replay`: what a policy would have told.
struct ReplayCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Run an alert policy over recordings: alerts per patient-hour, episodes found, false alerts.",
    discussion: """
      Every record takes the path of a live session: resampled to 125 Hz, quantised to 16 bits, cut into chunks of 187 \
      samples, analysed by the decryptor's pipeline, judged by the notifier's policy machine. Nothing is written to disk.

      A POLICY is a JSON object of rules, each an object of the limits that differ from the defaults; docs/alerts.md lists them, \
      --print-policy prints all of them. What no rule knows, and what is out of range, is refused.

      An annotated episode is found when an alert that answers it covers some of it; an alert goes on from the first event of \
      its episode to the last. An alert is false when the readers annotated nothing like it between its onset and its end; what they do not \
      annotate counts neither way.

      JSON: records[] with record, hours, isInTraining, alertsPerHour, falseAlerts, falseAlertsPerHour, alerts[] (rule, severity, \
      onsetSeconds, toldSeconds, endSeconds, isConfirmed, explanation, evidence[]) and episodes.KIND (annotated, found, \
      missedSeconds[]); total with the sums and rules.NAME (alerts, false).

      Example: sealedbeat replay --database data/mitdb --records 100,200,207 --policy policy.json
      """)

  @Option(help: ArgumentHelp("The policy; the defaults when left out.", valueName: "file"))
  var policy: String?

  @Flag(help: "Print the whole policy that is in force as JSON, and end.")
  var printPolicy = false

  @Option(help: ArgumentHelp("Folder of the WFDB records (.hea, .dat, .atr).", valueName: "dir"))
  var database: String?

  @OptionGroup var filter: RecordFilter

  @Option(help: "The suffix of the annotation files.")
  var annotator = "atr"

  @Option(
    help: ArgumentHelp("The model: 'default', 'reference', or a weights file.", valueName: "default|reference|file"))
  var model = ModelChoice.standard

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func validate() throws {
    guard printPolicy || database != nil else { throw ValidationError("--database is missing.") }
  }

  func run() throws {
    let policy = try readPolicy()
    if printPolicy { return print(String(decoding: policy.json(), as: UTF8.self)) }
    let database = database ?? ""
    let names = try filter.names(ofDatabase: database, annotator: annotator)
    let judge = try model.weights.loadJudging()
    var progress = ProgressLine()
    var records: [TrialRecord] = []
    for (index, name) in names.enumerated() {
      progress.show(Double(index) / Double(names.count), "record \(name)")
      records.append(try trial(name, in: URL(fileURLWithPath: database, isDirectory: true), judge, policy))
    }
    progress.clear()
    let report = TrialReport(records)
    print(json ? try report.prettyJSON() : report.table)
  }

  private func readPolicy() throws -> AlertPolicyConfiguration {
    try policy.map(PolicyFile.read) ?? AlertPolicyConfiguration()
  }

  private func trial(
    _ name: String, in folder: URL, _ judge: any BeatJudging, _ policy: AlertPolicyConfiguration
  ) throws -> TrialRecord {
    do {
      let record = try WFDBRecord(directory: folder, name: name)
      let rate = record.header.sampleRate
      let samples = try RecordReplay.digitise(record.microvolts(signal: filter.lead), rate: rate)
      let annotations = try WFDBAnnotations(directory: folder, name: name, annotator: annotator)
      let session = try RecordedSession(samples, model: judge)
      return TrialRecord(
        name: name, session: session,
        annotated: AnnotatedRecording(annotations, rate: rate, seconds: session.seconds), policy: policy)
    } catch { throw RecordFault(record: name, cause: error) }
  }
}
