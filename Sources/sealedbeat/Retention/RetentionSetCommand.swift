import ArgumentParser
import Foundation
import Retention
import Store

/// Changes the policy.
struct RetentionSetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "set", abstract: "Change how long data are kept, for everybody or longer for one patient.",
    discussion: """
      Keeping more counts at once; keeping less after \(RetentionPolicy.graceDays) days, in which it can be set back. Findings stay at \
      least as long as recordings.
      --dry-run says what would be deleted when the change counts, and changes nothing. Without it and without --yes you are asked.
      """)
  @OptionGroup var options: SettingsOptions
  @Option(help: "Days for ciphertext, 1 to 36500.") var recordings: Int?
  @Option(help: "Days for findings and clinicians' marks.") var findings: Int?
  @Option(help: "Days for alerts.") var alerts: Int?
  @Option(help: ArgumentHelp("Keep longer for this patient alone; 0 days end the exception.", valueName: "P-…"))
  var patient: String?
  @Flag(help: "Only say what would be deleted.") var dryRun = false
  @Flag(help: "Do not ask.") var yes = false
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    guard recordings != nil || findings != nil || alerts != nil else {
      throw ValidationError("Name at least one of --recordings, --findings, --alerts.")
    }
    if let patient, Pseudonym(patient) == nil { throw ValidationError("\(patient) is no pseudonym.") }
  }

  private struct Change: Encodable {
    let kind: String
    let patient: String?
    let from: Int?
    let to: Int?
    let counts: String
  }

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: dryRun ? [] : [.registry])
    let whose = patient.flatMap { Pseudonym($0) }
    let target = try await place.desk.overview().timeline.target
    let asked: [(RetentionKind, Int?)] = [(.recordings, recordings), (.findings, findings), (.alerts, alerts)]
    let wishes = asked.compactMap { kind, days in
      days.map { days in
        RetentionTimeline.Wish(
          kind: kind, patient: whose, from: whose.map { target.exceptions[$0]?[kind] } ?? target.standard[kind],
          to: whose != nil && days == 0 ? nil : days)
      }
    }
    do {
      if dryRun || (!yes && !json) {
        let forecast = try await place.desk.forecast(
          days: RetentionPolicy.graceDays, with: wishes, vault: await place.vaultHolds(), at: RetentionPlace.now())
        try RetentionForecastText.tell(forecast, days: RetentionPolicy.graceDays, json: json)
        if dryRun { return }
        print("Change the policy? Type yes: ", terminator: "")
        guard readLine() == "yes" else { throw ConfigurationFault("Nothing was changed.") }
      }
      let made = try await place.desk.change(wishes, by: RetentionDesk.console, at: RetentionPlace.now()).map {
        Change(
          kind: $0.kind.rawValue, patient: $0.patient?.name, from: $0.from, to: $0.to,
          counts: RetentionPlace.text($0.effectiveAt))
      }
      if json { return print(try made.prettyJSON()) }
      for one in made {
        let days = one.to.map { "\($0) days" } ?? "no exception"
        print("\(one.patient ?? "everybody")\t\(one.kind)\t\(days) from \(one.counts)")
      }
    } catch let refusal as RetentionRefusal {
      throw refusal.fault
    }
  }
}
