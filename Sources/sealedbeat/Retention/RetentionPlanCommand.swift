import ArgumentParser
import Retention
import Store
import Wire

/// A dry run.
struct RetentionPlanCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan", abstract: "Say what would be deleted now, and within some days; deletes nothing.",
    discussion: """
      One line for each kind and device: sessions, rows (chunks, findings, alerts), bytes (estimated, of recordings).
      Exit code 75 when the vault cannot be asked for its holds: then nothing would be deleted.
      """)
  @OptionGroup var options: SettingsOptions
  @Option(help: "How many days to look ahead, 0 to 3650.") var days = 30
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard RetentionForecast.daysAhead.contains(days) else { throw ValidationError("--days is 0 to 3650.") }
  }

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [])
    let forecast = try await place.desk.forecast(
      days: days, vault: await place.vaultHolds(), at: RetentionPlace.now())
    try RetentionForecastText.tell(forecast, days: days, json: json)
  }
}

/// A dry run as people and programs read it.
struct RetentionForecastText: Encodable {
  struct Line: Encodable {
    let kind: String
    let device: String
    let patients: [String]
    let sessions: Int
    let rows: Int
    let bytes: Int

    init(_ line: RetentionForecast.Line) {
      kind = line.kind.rawValue
      device = line.device.name
      patients = line.patients.map(\.name)
      sessions = line.sessions
      rows = line.rows
      bytes = line.bytes
    }

    func text(_ when: String) -> String {
      let whose = patients.isEmpty ? "-" : patients.joined(separator: ",")
      return "\(when)\t\(kind)\t\(device)\t\(whose)\t\(sessions) sessions\t\(rows) rows\t\(bytes) bytes"
    }
  }

  let now: [Line]
  let later: [Line]
  let days: Int
  /// Refused messages that would go now, and within the days beside those.
  let refusedNow: Int
  let refusedLater: Int
  let stays: [String: Int]

  /// Prints it; ends with 75 when there is none.
  static func tell(_ forecast: RetentionForecast?, days: Int, json: Bool) throws {
    guard let forecast else {
      print(json ? "null" : "The vault cannot be asked for its holds: nothing would be deleted.")
      throw ExitStatus.incomplete
    }
    let text = RetentionForecastText(
      now: forecast.now.map(Line.init), later: forecast.later.map(Line.init), days: days,
      refusedNow: forecast.refused.now, refusedLater: forecast.refused.later,
      stays: Dictionary(uniqueKeysWithValues: forecast.stays.map { ($0.key.description, $0.value) }))
    if json { return print(try text.prettyJSON()) }
    for line in text.now { print(line.text("now")) }
    for line in text.later { print(line.text("in \(days) days")) }
    if text.refusedNow > 0 { print("now\trefused messages\t\(text.refusedNow)") }
    if text.refusedLater > 0 { print("in \(days) days\trefused messages\t\(text.refusedLater)") }
    for (reason, count) in text.stays.sorted(by: { $0.key < $1.key }) { print("stays\t\(reason)\t\(count) sessions") }
    if text.now.isEmpty, text.later.isEmpty, text.refusedNow + text.refusedLater == 0 {
      print("Nothing would be deleted within \(days) days.")
    }
  }
}
