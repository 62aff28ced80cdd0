internal import Exports

/// A part of an address or of its query.
struct Parameter: Hashable, Sendable {
  let name: String
  let about: String
  let schema: Schema
  var isRequired = false

  init(_ name: String, _ about: String, _ schema: Schema, isRequired: Bool = false) {
    self.name = name
    self.about = about
    self.schema = schema
    self.isRequired = isRequired
  }

  /// What stands in braces in an ``Endpoint``'s path.
  static let inPath: [String: Parameter] = Dictionary(
    [
      pseudonym, device, account, group, alert, id, hold, signIn, access, token, observation, event, report, passkey,
      link,
    ].map {
      ($0.name, $0)
    },
    uniquingKeysWith: { first, _ in first })

  static let pseudonym = Parameter(
    "pseudonym", "A patient's public name.", .text(matching: "^P-[A-Z2-9]{4,12}$"))
  static let device = Parameter("device", "A device's id.", .text(matching: "^[a-z0-9][a-z0-9-]{1,30}[a-z0-9]$"))
  static let account = Parameter("account", "An account's name.", .text(matching: "^[a-z0-9._-]{1,64}$"))
  static let group = Parameter("group", "A group's public name.", .text(matching: "^G-[A-Z2-9]{4,12}$"))
  static let alert = Parameter("alert", "An alert's id.", .text(matching: "^[0-9a-f]{32}$"))
  static let id = Parameter("id", "A number in the vault.", .integer(0...Int(Int32.max)))

  static let hold = Parameter("hold", "A legal hold's number.", .integer(0...Int(Int32.max)))
  static let signIn = Parameter("signIn", "A sign-in's id.", .text(matching: "^[0-9a-f]{24}$"))
  static let access = Parameter("access", "An access's id.", .text(matching: "^[0-9a-f]{32}$"))
  static let token = Parameter("token", "A token's number.", .text(matching: "^[0-9a-f]{16}$"))
  static let observation = Parameter(
    "observation", "An observation's id.", .text(matching: "^(hr|ecg)-[0-9a-f]{32}-[0-9]{1,10}$"))
  static let passkey = Parameter("passkey", "A passkey's id.", .text(matching: "^[0-9a-f]{24}$"))
  static let report = Parameter("report", "Which report.", .choice(ReportKind.allCases.map(\.rawValue)))
  static let event = Parameter("event", "An audit event's id.", .text(matching: AuditDeed.idPattern))
  static let link = Parameter(
    "link", "What stands behind the # of a mail's link.", .text(matching: "^[A-Za-z0-9_-]{88}$"))

  // What several queries have.
  static let session = Parameter(
    "session", "A session of the device that the patient wears; the current one if left out.",
    .text(matching: "^[0-9a-f]{32}$"))

  /// A sample on the session's timeline at 125 Hz.
  static func sample(_ name: String, _ about: String) -> Parameter {
    Parameter(name, about, .integer(0...999_999_999_999_999))
  }

  /// A whole number in a range.
  static func integer(_ name: String, _ range: ClosedRange<Int>, _ about: String) -> Parameter {
    Parameter(name, about, .integer(range))
  }

  /// One of these texts.
  static func choice(_ name: String, _ values: [String], _ about: String) -> Parameter {
    Parameter(name, about, .choice(values))
  }

  /// `true` or `false`.
  static func flag(_ name: String, _ about: String) -> Parameter { choice(name, ["true", "false"], about) }
}
