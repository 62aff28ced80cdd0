import AlertDelivery
import Findings
import Foundation
import Store
import Testing

@Suite("When the next contacts are told, as a page says it")
struct TimerTests {
  private static let now: UnixMicroseconds = 1_800_014_400_000_000
  private static let minute: UInt64 = 60_000_000

  private func alert() throws -> AlertRecord {
    AlertRecord(
      id: try Sample.alert(1), reference: try Sample.reference(), state: .open, openedAt: Self.now,
      updatedAt: Self.now, box: [])
  }

  private func told(_ occasion: String, step: Int, after minutes: UInt64) throws -> AlertEvent {
    AlertEvent(
      alert: try Sample.alert(1), kind: .told, at: Self.now + minutes * Self.minute, actor: "notifier",
      name: "told-\(occasion)", step: step, detail: "\(occasion) 1")
  }

  private func timer(
    _ alert: AlertRecord, _ events: [AlertEvent], severity: AlertSeverity = .high
  ) throws -> EscalationTimer? {
    EscalationTimer(alert, severity: severity, events: events, plan: try Sample.threeSteps())
  }

  @Test("each step has its wait, counted from when the last one was told; reminders do not count")
  func steps() throws {
    let alert = try alert()
    #expect(try timer(alert, []) == nil)
    let opened = try told("opened", step: 1, after: 0)
    let first = try #require(try timer(alert, [opened]))
    #expect(first.step == 2 && first.due == Self.now + 10 * Self.minute)
    let reminded = try told("reminder-1", step: 1, after: 5)
    #expect(try timer(alert, [opened, reminded]) == first)
    let escalated = try told("escalated-2", step: 2, after: 10)
    let second = try #require(try timer(alert, [opened, reminded, escalated]))
    #expect(second.step == 3 && second.due == Self.now + 30 * Self.minute)
    #expect(try timer(alert, [opened, escalated, told("escalated-3", step: 3, after: 30)]) == nil)
  }

  @Test("a snooze puts it off, taking note ends it, and below the plan's severity there is none")
  func ends() throws {
    let events = [try told("opened", step: 1, after: 0)]
    var alert = try alert()
    alert.snoozedUntil = Self.now + 45 * Self.minute
    #expect(try timer(alert, events)?.due == Self.now + 45 * Self.minute)
    alert.snoozedUntil = Self.now
    #expect(try timer(alert, events)?.due == Self.now + 10 * Self.minute)
    #expect(try timer(alert, events, severity: .low) == nil)
    alert.state = .resolved
    #expect(try timer(alert, events, severity: .medium) == nil)
    #expect(try timer(alert, events) != nil, "what was high may not have been seen by anybody")
    alert.acknowledgedAt = Self.now
    #expect(try timer(alert, events) == nil)
  }

  @Test("a contact's language rests in the plan; a plan that is older than the choice has none")
  func language() throws {
    var contact = try Sample.contact("nurse")
    contact.language = .german
    let json = try JSONEncoder().encode(contact)
    #expect(try JSONDecoder().decode(AlertPlan.Contact.self, from: json) == contact)
    let old = Data(#"{"label":"nurse","mail":"nurse@clinic.example","atLeast":"low"}"#.utf8)
    #expect(try JSONDecoder().decode(AlertPlan.Contact.self, from: old).language == nil)
    let unknown = Data(#"{"label":"nurse","mail":"nurse@clinic.example","atLeast":"low","language":"xx"}"#.utf8)
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(AlertPlan.Contact.self, from: unknown) }
  }
}
