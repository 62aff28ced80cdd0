import AlertDelivery
import Findings
import Store
import Testing

@Suite("What people may do about an alert")
struct WorkflowTests {
  private static let now: UnixMicroseconds = 1_800_000_000_000_000

  private func apply(
    _ action: AlertWorkflow.Action, to standing: AlertStanding = AlertStanding(), severity: AlertSeverity = .medium
  ) throws -> AlertStanding? {
    try AlertWorkflow.apply(action, by: "anna", at: Self.now, severity: severity, to: standing)
  }

  @Test("taking note, giving it to somebody and closing it all count as taking note; the first one stays")
  func acknowledgement() throws {
    for action in [AlertWorkflow.Action.acknowledge, .assign(to: "ben"), .resolve] {
      let standing = try #require(try apply(action))
      #expect(standing.acknowledgedBy == "anna" && standing.acknowledgedAt == Self.now)
    }
    let taken = try #require(try apply(.acknowledge))
    #expect(try apply(.acknowledge, to: taken) == nil)
    let assigned = try #require(
      try AlertWorkflow.apply(.assign(to: "ben"), by: "carl", at: Self.now + 5, severity: .low, to: taken))
    #expect(assigned.acknowledgedBy == "anna" && assigned.assignedTo == "ben")
    #expect(try apply(.assign(to: "ben"), to: assigned) == nil)
  }

  @Test("what is closed stays closed")
  func closed() throws {
    let closed = try #require(try apply(.resolve))
    #expect(closed.closedBy == "anna" && closed.snoozedUntil == nil)
    #expect(try apply(.resolve, to: closed) == nil)
    #expect(try apply(.acknowledge, to: closed) == nil)
    #expect(throws: AlertWorkflow.Refusal.isResolved) { try apply(.assign(to: "ben"), to: closed) }
    #expect(throws: AlertWorkflow.Refusal.isResolved) {
      try apply(.snooze(until: Self.now + 60_000_000), to: closed)
    }
  }

  @Test(
    "an alert is put off for an hour at most when it is high, for a shift otherwise, and nobody has taken note by that")
  func snooze() throws {
    let hour = Self.now + 3_600_000_000
    #expect(try apply(.snooze(until: hour), severity: .high)?.snoozedUntil == hour)
    #expect(try apply(.snooze(until: hour), severity: .high)?.acknowledgedAt == nil)
    #expect(throws: AlertWorkflow.Refusal.snoozeTooLong) { try apply(.snooze(until: hour + 1), severity: .high) }
    #expect(try apply(.snooze(until: Self.now + 12 * 3_600_000_000)) != nil)
    #expect(throws: AlertWorkflow.Refusal.snoozeTooLong) {
      try apply(.snooze(until: Self.now + 12 * 3_600_000_000 + 1))
    }
    #expect(throws: AlertWorkflow.Refusal.snoozeInThePast) { try apply(.snooze(until: Self.now)) }
    #expect(AlertWorkflow.Action.snooze(until: hour).needsReason && AlertWorkflow.Action.resolve.needsReason)
  }

  @Test("an episode that ended while nobody looked stays in the inbox, unless it was technical")
  func phases() throws {
    let id = try #require(AlertID([UInt8](repeating: 1, count: 16)))
    var alert = AlertRecord(
      id: id, reference: try Sample.reference(), state: .open, openedAt: 1, updatedAt: 1, box: [])
    func phase(_ severity: AlertSeverity? = .medium) -> AlertWorkflow.Phase {
      AlertWorkflow.phase(of: alert, severity: severity, now: Self.now)
    }
    #expect(phase() == .new)
    alert.snoozedUntil = Self.now + 1
    #expect(phase() == .snoozed)
    alert.snoozedUntil = Self.now
    #expect(phase() == .new)
    alert.state = .resolved
    #expect(phase() == .new && phase(.low) == .done && phase(nil) == .new)
    alert.acknowledgedAt = 5
    #expect(phase() == .done)
    alert.state = .acknowledged
    #expect(phase() == .acknowledged && AlertWorkflow.isSettled(alert))
    alert.closedAt = 6
    #expect(phase() == .done)
  }
}
