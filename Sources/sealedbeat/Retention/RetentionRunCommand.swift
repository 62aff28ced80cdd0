import ArgumentParser
import Foundation
import Logging
import Retention
import Store
import Wire

/// One round of deletion, now.
struct RetentionRunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Delete now what is old enough and not held.",
    discussion: """
      The same round that `retention serve` does once an hour, recorded in the name of the operator. It also says that the
      machine's clock is right: after a pause of more than \(RetentionClock.longestPauseDays) days the service deletes nothing before \
      somebody did.
      Exit code 75: something is in the way (a hold or the store cannot be read); nothing more is deleted.
      """)

  @OptionGroup var options: SettingsOptions
  @Flag(help: "Print JSON.") var json = false

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [.chunks, .findings, .alerts, .registry])
    var logger = Logger(label: "retention")
    logger.logLevel = .error
    let outcome = try await place.withVault { vault in
      let worker = RetentionWorker(
        store: place.store, vault: vault, setting: place.settings[Keys.retentionDays], now: RetentionPlace.now,
        logger: logger)
      _ = try await worker.begin()
      return try await worker.round(by: RetentionDesk.console, believesClock: true)
    }
    guard let run = try await place.store.retentionRuns(limit: 1).first else { throw ExitStatus.software }
    if json {
      print(try RetentionRunText(run).prettyJSON())
    } else {
      print(RetentionRunText(run).line)
    }
    if outcome != .done { throw ExitStatus.incomplete }
  }
}

/// A round as people and programs read it.
struct RetentionRunText: Encodable {
  struct Tally: Encodable {
    let kind: String
    let device: String?
    let sessions: Int
    let rows: Int
    let bytes: Int
  }

  let run: Int64
  let started: String
  let ended: String?
  let by: String
  let outcome: String
  let stays: [String: Int]
  let deleted: [Tally]

  init(_ record: RetentionRun) {
    run = record.number
    started = RetentionPlace.text(record.startedAt)
    ended = record.endedAt.map(RetentionPlace.text)
    by = record.actor
    outcome = record.outcome?.rawValue ?? "not ended"
    stays = record.stays
    deleted = record.tallies.map {
      Tally(
        kind: $0.kind.rawValue, device: $0.device?.name, sessions: $0.sessions, rows: $0.rows, bytes: $0.bytes)
    }
  }

  /// Number, time, outcome, what went by kind, what stayed and why.
  var line: String {
    var sums: [(String, Int, Int)] = []
    for kind in RetentionKind.allCases {
      let of = deleted.filter { $0.kind == kind.rawValue }
      if !of.isEmpty { sums.append((kind.rawValue, of.reduce(0) { $0 + $1.rows }, of.reduce(0) { $0 + $1.bytes })) }
    }
    let gone =
      sums.isEmpty ? "nothing deleted" : sums.map { "\($0.1) of \($0.0) (\($0.2) bytes)" }.joined(separator: ", ")
    let stayed = stays.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    return "\(run)\t\(started)\t\(by)\t\(outcome)\t\(gone)\t\(stayed.isEmpty ? "-" : stayed)"
  }
}
