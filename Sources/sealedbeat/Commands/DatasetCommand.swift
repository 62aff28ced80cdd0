import ArgumentParser
import Cardio
import Foundation
import Inference

/// `sealedbeat dataset`: annotated beats for the trainer, cut by the code that serves.
struct DatasetCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset",
    abstract: "Cut annotated beats out of a WFDB database, for training.",
    discussion: """
      Every record goes the way of a live session: resampled to 125 Hz as the device's converter would, quantised to 16 \
      bits, cut into chunks of 187 samples, band-passed, searched for R peaks and cut into windows. The beats are matched with \
      the reference annotations at ±150 ms (AAMI EC57); what has no partner is counted and left out.

      The output is one safetensors file: windows F32 [n,187], labels U8 [n] (AAMI N 0, S 1, V 2, F 3, Q 4), record I64 [n] \
      (index into the metadata's "records"), r_position F64 [n] (samples at 125 Hz), previous_rr and next_rr F32 [n] \
      (seconds), quality F32 [n].

      With --context there are also signals F32 [n,187,2] and measures F32 [n,m], the default model's input: the beat and its \
      difference from the patient's running normal beat, and where it stands in the rhythm. With --beats in place of a database, \
      these are computed for beats that were simulated: a safetensors file with windows F32 [n,187] in µV, record F32 [n] (a \
      change begins a new patient), previous_rr and next_rr F32 [n] in seconds, 0 where unknown.

        sealedbeat dataset --database data/mitdb --records ds1 --scaled --output ds1.safetensors
        sealedbeat dataset --beats simulated.safetensors --output contexts.safetensors
      """)

  @Option(help: ArgumentHelp("Folder of the WFDB records (.hea, .dat, .atr).", valueName: "dir"))
  var database: String?

  @Option(
    help: ArgumentHelp("File of simulated beats whose contexts to compute, instead of a database.", valueName: "file"))
  var beats: String?

  @OptionGroup var filter: RecordFilter

  @Option(help: "Annotator: the extension of the annotation files.")
  var annotator = "atr"

  @Flag(help: "Scale each window to 0…1 by its own minimum and maximum, as the reference network wants it.")
  var scaled = false

  @Flag(help: "Add each beat's context, the default model's input.")
  var context = false

  @Option(help: ArgumentHelp("The safetensors file to write.", valueName: "file"))
  var output: String

  func validate() throws {
    guard (database == nil) != (beats == nil) else {
      throw ValidationError("Give either --database or --beats.")
    }
  }

  func run() throws {
    if let beats { return try describe(beats) }
    guard let database else { return }
    let folder = URL(fileURLWithPath: database, isDirectory: true)
    let names = try filter.names(ofDatabase: database, annotator: annotator)
    var dataset = BeatDataset(isScaled: scaled, hasContext: context)
    for (index, name) in names.enumerated() {
      let contribution = try add(name, in: folder, to: &dataset)
      progress("[\(index + 1)/\(names.count)] \(name): \(describe(contribution))")
    }
    let writer = dataset.safetensors(metadata: ["database": folder.lastPathComponent, "lead": String(filter.lead)])
    try writer.encoded().write(to: URL(fileURLWithPath: output), options: .atomic)
    progress("\(dataset.count) beats of \(names.count) records in \(output)")
  }

  private func describe(_ path: String) throws {
    let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? handle.close() }
    let bytes = try handle.read(upToCount: WeightsLimits.maximumDatasetBytes + 1) ?? Data()
    let table = try ContextTable(
      describing: SafetensorsFile(bytes: Array(bytes), maximumBytes: WeightsLimits.maximumDatasetBytes))
    var writer = SafetensorsWriter(metadata: ["content": "sealedbeat-contexts-1"])
    table.append(to: &writer)
    try writer.encoded().write(to: URL(fileURLWithPath: output), options: .atomic)
    progress("\(table.count) contexts in \(output)")
  }

  private func add(
    _ name: String, in folder: URL, to dataset: inout BeatDataset
  ) throws -> BeatDataset.Contribution {
    do {
      let record = try WFDBRecord(directory: folder, name: name)
      let annotations = try WFDBAnnotations(directory: folder, name: name, annotator: annotator)
      return try dataset.add(
        record: name, microvolts: record.microvolts(signal: filter.lead), rate: record.header.sampleRate,
        annotations: annotations.beats)
    } catch {
      throw RecordFault(record: name, cause: error)
    }
  }

  private func describe(_ contribution: BeatDataset.Contribution) -> String {
    let classes = zip(BeatClass.allCases, contribution.beats).map { "\($0.rawValue) \($1)" }.joined(separator: "  ")
    return "\(classes)  missed \(contribution.missed)  unconfirmed \(contribution.unconfirmed)"
  }

  private func progress(_ line: String) {
    FileHandle.standardError.write(Data((line + "\n").utf8))
  }
}
