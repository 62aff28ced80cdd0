import ArgumentParser
import Foundation
import Inference

/// A folder of records, and which of them a command reads.
struct RecordSelection: ParsableArguments {
  @Option(help: ArgumentHelp("Folder of the WFDB records (.hea, .dat).", valueName: "dir"))
  var database: String

  @OptionGroup var filter: RecordFilter

  /// Which signal of each record.
  var lead: Int { filter.lead }

  /// The folder.
  var folder: URL { URL(fileURLWithPath: database, isDirectory: true) }

  /// The names of the records asked for; see ``RecordFilter/names(ofDatabase:annotator:)``.
  func names(annotator: String? = nil) throws -> [String] {
    try filter.names(ofDatabase: database, annotator: annotator)
  }
}

/// Which records of a folder a command reads, and which signal of each.
struct RecordFilter: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Records, separated by commas; 'ds1' and 'ds2' stand for de Chazal's sets of MIT-BIH. All by default.",
      valueName: "names"))
  var records: String?

  @Option(help: ArgumentHelp("Records to leave out, separated by commas.", valueName: "names"))
  var exclude: String?

  @Option(help: "Which signal of each record, counted from 0.")
  var lead = 0

  func validate() throws {
    guard lead >= 0 else { throw ValidationError("--lead counts from 0.") }
  }

  /// The names of the records asked for, in the order asked; all of the folder, ascending, when none is named.
  ///
  /// - Parameters:
  ///   - database: the folder.
  ///   - annotator: records found in the folder must have annotations with this suffix; any record without one.
  func names(ofDatabase database: String, annotator: String? = nil) throws -> [String] {
    let unwanted = Set((exclude.map(Self.list) ?? []).flatMap(Self.set))
    let wanted =
      try (records.map { Self.list($0).flatMap(Self.set) } ?? present(inDatabase: database, annotator: annotator))
    guard Set(wanted).count == wanted.count else { throw ValidationError("--records names a record twice.") }
    let names = wanted.filter { !unwanted.contains($0) }
    guard !names.isEmpty else { throw ValidationError("--records and --exclude leave no record.") }
    return names
  }

  private func present(inDatabase database: String, annotator: String?) throws -> [String] {
    guard let files = try? FileManager.default.contentsOfDirectory(atPath: database) else {
      throw ValidationError("--database: \(database) is not a folder that can be read.")
    }
    let all = Set(files)
    let names = files.filter { $0.hasSuffix(".hea") }.map { String($0.dropLast(4)) }
      .filter { name in annotator.map { all.contains("\(name).\($0)") } ?? true }.sorted()
    guard !names.isEmpty else {
      let needed = annotator.map { " with .\($0) annotations" } ?? ""
      throw ValidationError("--database: \(database) holds no record\(needed).")
    }
    return names
  }

  private static func list(_ text: String) -> [String] {
    text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  private static func set(_ name: String) -> [String] {
    PatientSplit(rawValue: name.lowercased())?.records ?? [name]
  }
}

/// A record that cannot be read, and why.
struct RecordFault: Error, CustomStringConvertible {
  let record: String
  let cause: any Error
  var description: String { "record \(record): \(cause)" }
}
