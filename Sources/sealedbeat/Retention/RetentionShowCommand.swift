import ArgumentParser
import Retention
import Store
import Wire

/// What counts now, what will count, what is held.
struct RetentionShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show the policy, its pending changes, exceptions and holds.")
  @OptionGroup var options: SettingsOptions
  @Flag(help: "Print JSON.") var json = false

  private struct Text: Encodable {
    struct Pending: Encodable {
      let kind: String
      let patient: String?
      let days: Int?
      let counts: String
      let by: String
    }

    struct Hold: Encodable {
      let hold: Int64
      let patient: String?
      let device: String?
      let from: String?
      let until: String?
      let reason: String
      let by: String
      let since: String
    }

    let days: [String: Int]
    let exceptions: [String: [String: Int]]
    let pending: [Pending]
    let holds: [Hold]
    /// `nil` where the vault cannot be asked.
    let heldInVault: [String]?
  }

  func run() async throws {
    let place = try await RetentionPlace(options.load(), writing: [])
    let overview = try await place.desk.overview()
    let now = RetentionPlace.now()
    let policy = overview.timeline.policy(at: now)
    var held: [String]?
    if case .known(let devices) = await place.vaultHolds() { held = devices.map(\.name).sorted() }
    let text = Text(
      days: Dictionary(uniqueKeysWithValues: policy.standard.map { ($0.key.rawValue, $0.value) }),
      exceptions: Dictionary(
        uniqueKeysWithValues: policy.exceptions.map { patient, days in
          (patient.name, Dictionary(uniqueKeysWithValues: days.map { ($0.key.rawValue, $0.value) }))
        }),
      pending: overview.timeline.pending(at: now).map {
        Text.Pending(
          kind: $0.kind.rawValue, patient: $0.patient?.name, days: $0.to, counts: RetentionPlace.text($0.effectiveAt),
          by: $0.actor)
      },
      holds: overview.holds.filter { $0.release == nil }.map(Self.hold), heldInVault: held)
    if json { return print(try text.prettyJSON()) }
    for kind in RetentionKind.allCases { print("\(kind.rawValue)\t\(policy.days(kind)) days") }
    for (patient, days) in text.exceptions.sorted(by: { $0.key < $1.key }) {
      for (kind, count) in days.sorted(by: { $0.key < $1.key }) {
        print("exception\t\(patient)\t\(kind)\t\(count) days")
      }
    }
    for one in text.pending {
      let days = one.days.map { "\($0) days" } ?? "no exception"
      print("pending\t\(one.patient ?? "everybody")\t\(one.kind)\t\(days) from \(one.counts), by \(one.by)")
    }
    for one in text.holds {
      let range = "\(one.from ?? "the beginning")…\(one.until ?? "the end")"
      print(
        "hold \(one.hold)\t\(one.patient ?? one.device.map { "\($0) \(range)" } ?? "")\t\(one.by)\t\(one.since)\t\(one.reason)"
      )
    }
    if let held {
      for device in held { print("vault hold\t\(device)") }
    } else {
      print("vault hold\tunknown: the vault cannot be asked, and until it can nothing is deleted")
    }
  }

  private static func hold(_ hold: RetentionHold) -> Text.Hold {
    var patient: String?
    var device: String?
    var range: (String?, String?) = (nil, nil)
    switch hold.subject {
    case .patient(let pseudonym): patient = pseudonym.name
    case .device(let id, let from, let until):
      device = id.name
      range = (from.map(RetentionPlace.text), until.map(RetentionPlace.text))
    }
    return Text.Hold(
      hold: hold.number, patient: patient, device: device, from: range.0, until: range.1, reason: hold.reason,
      by: hold.actor, since: RetentionPlace.text(hold.at))
  }
}
