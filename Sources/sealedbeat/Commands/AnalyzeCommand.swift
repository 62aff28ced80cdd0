import ArgumentParser
import Cardio
import Foundation
import Holter
import Inference

/// `sealedbeat analyze`: reads recordings as a Holter reader does.
struct AnalyzeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "analyze",
    abstract: "Read recordings: beats, rhythm, heart rate, variability, signal quality; report and annotations.",
    discussion: """
      Stands alone: no service, no key. A WFDB record of any length and rate is read block by block and takes the path of a \
      live session: 125 Hz, band-pass, R peaks, beat classes, rhythm. Prints a report, or JSON; --html writes one that can \
      be printed, with strips on ECG paper; --annotations writes what was found as NAME.sbt, which rdann and the wfdb \
      package read.

      What this command reads and writes is in the clear: the recording that it is given, and the HTML report, which holds \
      stretches of it. It is for files that you already have in the clear; a live patient's ECG never takes this way.

      .sbt: beats N, S, V, F, Q (Q also for what cannot be read, and for what is called abnormal by a model without \
      classes); + where the rhythm changes, with (N, (AFIB, (VT, (VFL, (SVTA, (IVR, (B, (T, (SBR or (ASYS; a comment at each \
      pause, couplet and tachycardia.

        sealedbeat analyze data/mitdb/208.hea --html 208.html --annotations .
        sealedbeat analyze --database data/mitdb --records ds2 --json
      """)

  @Argument(help: ArgumentHelp("A record: its .hea, its .dat, or its name with the folder.", valueName: "file"))
  var file: String?

  @Option(help: ArgumentHelp("Folder of WFDB records to read instead of one file.", valueName: "dir"))
  var database: String?

  @OptionGroup var filter: RecordFilter

  @Option(
    help: ArgumentHelp("The model: 'default', 'reference', or a weights file.", valueName: "default|reference|file"))
  var model = ModelChoice.standard

  @Flag(help: "Print JSON: records[], one report each.")
  var json = false

  @Option(help: ArgumentHelp("Write the report with strips; of several records, into this folder.", valueName: "file"))
  var html: String?

  @Option(help: ArgumentHelp("Write the findings as NAME.sbt into this folder.", valueName: "dir"))
  var annotations: String?

  func validate() throws {
    guard (file == nil) != (database == nil) else {
      throw ValidationError("Name either a record's file or --database.")
    }
    guard file == nil || filter.records == nil && filter.exclude == nil else {
      throw ValidationError("--records and --exclude go with --database.")
    }
  }

  func run() throws {
    let judging = try model.load()
    let (folder, names) = try recordings()
    var progress = ProgressLine()
    var reports: [OrderedJSON] = []
    for (index, name) in names.enumerated() {
      do {
        let recording = try HolterRecording(directory: folder, name: name, signal: filter.lead, model: judging) {
          progress.show((Double(index) + $0) / Double(names.count), name)
        }
        progress.clear()
        let report = try html == nil ? HolterReport(recording) : HolterReport(recording, directory: folder)
        try write(report, isOneOfMany: names.count > 1)
        if json { reports.append(report.json) } else { print((index > 0 ? "\n" : "") + report.text) }
      } catch {
        progress.clear()
        throw RecordFault(record: name, cause: error)
      }
    }
    if json { print(OrderedJSON.object([.init("records", .array(reports))]).text) }
  }

  private func recordings() throws -> (folder: URL, names: [String]) {
    guard let file else {
      // validate() has seen that there is one or the other.
      let database = database ?? ""
      return (URL(fileURLWithPath: database, isDirectory: true), try filter.names(ofDatabase: database))
    }
    let url = URL(fileURLWithPath: file)
    let isNamed = ["hea", "dat"].contains(url.pathExtension)
    return (
      url.deletingLastPathComponent(), [isNamed ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent]
    )
  }

  private func write(_ report: HolterReport, isOneOfMany: Bool) throws {
    let source = report.recording.source
    if let html {
      let path = URL(fileURLWithPath: html, isDirectory: isOneOfMany)
      if isOneOfMany { try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true) }
      try PrivateReport.write(report.html, to: isOneOfMany ? path.appendingPathComponent("\(source.name).html") : path)
    }
    if let annotations {
      let folder = URL(fileURLWithPath: annotations, isDirectory: true)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try WFDBAnnotationWriter.write(
        HolterAnnotations.annotations(of: report.recording.findings, rate: source.rate), directory: folder,
        name: source.name, annotator: "sbt")
    }
  }
}

/// A file that holds ECG in the clear: its owner alone may read it.
private enum PrivateReport {
  static func write(_ text: String, to url: URL) throws {
    try Data(text.utf8).write(to: url, options: .atomic)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
  }
}
