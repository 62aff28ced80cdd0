public import AlertPolicy
public import Findings
internal import Foundation
public import Store

/// How one patient's alerts reach people: who is told, in which order, when not, and which limits are this patient's own.
public struct AlertPlan: Hashable, Sendable, Codable {
  /// Most steps: nobody is left to be told after so many.
  public static let stepLimit = 8
  /// Most contacts of one step: a message goes to each.
  public static let contactLimit = 16
  /// Longest wait of one step in minutes: a day.
  public static let longestWait = 1440
  /// Largest budget: beyond it there is none.
  public static let budgetLimit = 1000

  /// Somebody who is told.
  public struct Contact: Hashable, Sendable, Codable {
    /// What people call them, at most 80 characters.
    public var label: String
    /// Their mailbox, or `nil`.
    public var mail: MailAddress?
    /// The webhook's configured name, or `nil`. Exactly one of the two is there.
    public var webhook: String?
    /// Lowest severity that they are told of.
    public var atLeast: AlertSeverity
    /// The language of their mail; English where nobody chose.
    public var language: MessageLanguage?

    /// Describes a contact.
    public init(
      label: String, mail: MailAddress? = nil, webhook: String? = nil, atLeast: AlertSeverity = .low,
      language: MessageLanguage? = nil
    ) {
      self.label = label
      self.mail = mail
      self.webhook = webhook
      self.atLeast = atLeast
      self.language = language
    }

    /// As messages name them.
    public var receiver: AlertNotice.Receiver? {
      if let mail { return webhook == nil ? .mailbox(mail) : nil }
      return webhook.map { .webhook($0) }
    }
  }

  /// Contacts who are told at once, and how long they have.
  public struct Step: Hashable, Sendable, Codable {
    /// Who is told.
    public var contacts: [Contact]
    /// Minutes until the next step is told, unless somebody takes note; 1–1440.
    public var minutesUntilNext: Int

    /// Describes a step.
    public init(contacts: [Contact], minutesUntilNext: Int) {
      self.contacts = contacts
      self.minutesUntilNext = minutesUntilNext
    }
  }

  /// Who is told, step by step. Without any step the receivers of the whole installation are told at once.
  public var steps: [Step]
  /// Lowest severity that goes on to the next step.
  public var escalatesFrom: AlertSeverity
  /// IANA name of the zone that quiet hours, budget and digest are meant in.
  public var timeZone: String
  /// When low and medium severity wait for the digest.
  public var quietHours: QuietHours?
  /// Messages of low and medium severity in a day; what is beyond waits for the digest. `nil` for any number.
  public var dailyBudget: Int?
  /// Minutes of the day at which what waits is told in one message, ascending.
  public var digestMinutes: [Int]
  /// Whether people are told that an episode of which they were told is over; as the installation says where `nil`.
  public var tellsResolution: Bool?
  /// Limits that are this patient's own: what differs from the installation's.
  public var limits: PolicyOverride

  /// Describes a plan.
  public init(
    steps: [Step] = [], escalatesFrom: AlertSeverity = .medium, timeZone: String = "UTC",
    quietHours: QuietHours? = nil, dailyBudget: Int? = nil, digestMinutes: [Int] = [420],
    tellsResolution: Bool? = nil, limits: PolicyOverride = PolicyOverride()
  ) {
    self.steps = steps
    self.escalatesFrom = escalatesFrom
    self.timeZone = timeZone
    self.quietHours = quietHours
    self.dailyBudget = dailyBudget
    self.digestMinutes = digestMinutes
    self.tellsResolution = tellsResolution
    self.limits = limits
  }

  /// Why a plan cannot be carried out, each with the place in it.
  public enum Fault: Error, Hashable, Sendable {
    /// No such zone.
    case timeZone
    /// Too many steps, or a step without a contact, with too many, or with a wait out of range.
    case step(Int)
    /// A contact without exactly one address, or with a label that is empty or too long.
    case contact(step: Int, Int)
    /// Minutes out of the day, or quiet for no time.
    case quietHours
    /// Out of range.
    case budget
    /// No minute, more than eight, out of the day, or not ascending.
    case digest
    /// A limit that is not one, or has a value out of its range.
    case limit(String)

    /// Where in the plan, for the page.
    public var place: String {
      switch self {
      case .timeZone: "timeZone"
      case .step(let step): "steps[\(step)]"
      case .contact(let step, let contact): "steps[\(step)].contacts[\(contact)]"
      case .quietHours: "quietHours"
      case .budget: "dailyBudget"
      case .digest: "digestMinutes"
      case .limit(let path): "limits.\(path)"
      }
    }
  }

  /// Checks what a person wrote.
  /// - Parameter policy: the installation's limits.
  public func validate(over policy: AlertPolicyConfiguration) throws(Fault) {
    guard TimeZone(identifier: timeZone) != nil else { throw .timeZone }
    guard steps.count <= Self.stepLimit else { throw .step(Self.stepLimit) }
    for (number, step) in steps.enumerated() {
      guard (1...Self.contactLimit).contains(step.contacts.count),
        (1...Self.longestWait).contains(step.minutesUntilNext)
      else { throw .step(number) }
      for (index, contact) in step.contacts.enumerated() where !Self.isSound(contact) {
        throw .contact(step: number, index)
      }
    }
    let day = 0..<LocalClock.minutesPerDay
    if let quiet = quietHours {
      guard day.contains(quiet.fromMinute), day.contains(quiet.untilMinute), quiet.fromMinute != quiet.untilMinute
      else { throw .quietHours }
    }
    if let dailyBudget, !(0...Self.budgetLimit).contains(dailyBudget) { throw .budget }
    guard (1...8).contains(digestMinutes.count), digestMinutes.allSatisfy(day.contains),
      zip(digestMinutes, digestMinutes.dropFirst()).allSatisfy({ $0 < $1 })
    else { throw .digest }
    _ = try policyConfiguration(over: policy)
  }

  /// The limits in force for this patient.
  public func policyConfiguration(
    over policy: AlertPolicyConfiguration
  ) throws(Fault) -> AlertPolicyConfiguration {
    try limits.applied(to: policy)
  }

  /// Steps, at least one: an empty plan has one, which stands for the receivers of the installation.
  public var stepCount: Int { max(1, steps.count) }

  /// Whether a moment is within the quiet hours.
  public func isQuiet(at time: UnixMicroseconds) -> Bool {
    quietHours?.contains(minute: LocalClock(zone: timeZone).day(at: time).minute) ?? false
  }

  private static func isSound(_ contact: Contact) -> Bool {
    let isPrintable = contact.label.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control }
    guard (1...80).contains(contact.label.count), isPrintable, contact.receiver != nil else { return false }
    return contact.webhook.map { (1...64).contains($0.utf8.count) } ?? true
  }
}
