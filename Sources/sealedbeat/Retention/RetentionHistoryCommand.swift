import ArgumentParser
import Retention
import Store
import Wire

/// The record.
struct RetentionHistoryCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "history", abstract: "Show every change of the policy, every hold, and the last rounds of deletion.")
  @OptionGroup var options: SettingsOptions
  @Option(help: "How many rounds, newest first.") var runs = 24
  @Flag(help: "Print JSON.") var json = false

  private struct Text: Encodable {
    struct Change: Encodable {
      let number: Int64
      let at: String
      let by: String
      let kind: String
      let patient: String?
      let from: Int?
      let to: Int?
      let counts: String
    }

    struct Hold: Encodable {
      let hold: Int64
      let subject: String
      let reason: String
      let by: String
      let at: String
      let releasedBy: String?
      let releasedAt: String?
      let releaseReason: String?
    }

    let changes: [Change]
    let holds: [Hold]
    let runs: [RetentionRunText]
  }

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [])
    let overview = try await place.desk.overview()
    let text = Text(
      changes: overview.changes.map {
        Text.Change(
          number: $0.number, at: RetentionPlace.text($0.at), by: $0.actor, kind: $0.kind.rawValue,
          patient: $0.patient?.name, from: $0.from, to: $0.to, counts: RetentionPlace.text($0.effectiveAt))
      },
      holds: overview.holds.map { hold in
        let subject =
          switch hold.subject {
          case .patient(let patient): patient.name
          case .device(let device, _, _): device.name
          }
        return Text.Hold(
          hold: hold.number, subject: subject, reason: hold.reason, by: hold.actor, at: RetentionPlace.text(hold.at),
          releasedBy: hold.release?.actor, releasedAt: hold.release.map { RetentionPlace.text($0.at) },
          releaseReason: hold.release?.reason)
      },
      runs: try await place.store.retentionRuns(limit: max(0, runs)).map(RetentionRunText.init))
    if json { return print(try text.prettyJSON()) }
    for one in text.changes {
      let days = "\(one.from.map(String.init) ?? "-") → \(one.to.map(String.init) ?? "-") days"
      print(
        "change \(one.number)\t\(one.at)\t\(one.by)\t\(one.patient ?? "everybody")\t\(one.kind)\t\(days)\tcounts \(one.counts)"
      )
    }
    for one in text.holds {
      let end =
        one.releasedAt.map { "released \($0) by \(one.releasedBy ?? "?"): \(one.releaseReason ?? "")" } ?? "holds"
      print("hold \(one.hold)\t\(one.at)\t\(one.by)\t\(one.subject)\t\(one.reason)\t\(end)")
    }
    for one in text.runs { print("run \(one.line)") }
  }
}
