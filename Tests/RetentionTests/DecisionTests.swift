import Retention
import Store
import Testing
import Wire

@Suite("What goes and what stays")
struct DecisionTests {
  private func decide(_ kept: [KeptSession], policy: RetentionPolicy = Sample.policy, holds: HoldBook = Sample.noHolds)
    -> RetentionDecision
  { RetentionDecision(kept: kept, policy: policy, holds: holds, now: Sample.now) }

  @Test func eachKindGoesAtItsAge() {
    var session = KeptSession(
      reference: Sample.reference(Sample.devices[0], 1), recording: Sample.recording(101), derived: Sample.derived(101),
      alerts: [Sample.alert(1, 101)], hasPolicyState: true)
    let young = decide([session])
    #expect(young.deletions.count == 1 && young.deletions[0].recording?.chunks == 10)
    #expect(young.deletions[0].derived == nil && young.deletions[0].alerts.isEmpty)
    #expect(!young.deletions[0].forgetsSession && !young.deletions[0].forgetsPolicyState)
    session.recording = Sample.recording(201, chunks: 0)
    session.derived = Sample.derived(201)
    let middle = decide([session])
    #expect(middle.deletions[0].recording == nil && middle.deletions[0].derived != nil)
    #expect(middle.deletions[0].forgetsPolicyState && !middle.deletions[0].forgetsSession)
    session.derived = nil
    session.hasPolicyState = false
    session.alerts = [Sample.alert(1, 301)]
    let old = decide([session])
    #expect(old.deletions[0].alerts == [Sample.alertID(1)] && old.deletions[0].forgetsSession)
  }

  @Test func theDayItselfStays() {
    let session = KeptSession(
      reference: Sample.reference(Sample.devices[0], 1), recording: Sample.recording(100))
    #expect(decide([session]).deletions.isEmpty)
  }

  @Test func findingsStayWithTheirRecording() {
    let session = KeptSession(
      reference: Sample.reference(Sample.devices[0], 1), recording: Sample.recording(10), derived: Sample.derived(250))
    let decision = decide([session])
    #expect(decision.deletions.isEmpty && decision.stays == [.recordingStays: 1])
  }

  @Test func alertsThatNobodyClosedOrThatAreOnTheirWayStay() {
    let session = KeptSession(
      reference: Sample.reference(Sample.devices[0], 1), recording: Sample.recording(400, chunks: 0),
      alerts: [Sample.alert(1, 400, resolved: false), Sample.alert(2, 400, pending: true), Sample.alert(3, 400)])
    let decision = decide([session])
    #expect(decision.deletions.map(\.alerts) == [[Sample.alertID(3)]] && !decision.deletions[0].forgetsSession)
    #expect(decision.stays == [.unresolvedAlert: 1, .undelivered: 1])
  }

  @Test func anExceptionKeepsLongerAndSaysSo() throws {
    var policy = Sample.policy
    policy.exceptions[Sample.patients[0]] = [.recordings: 500]
    let session = KeptSession(reference: Sample.reference(Sample.devices[0], 1), recording: Sample.recording(400))
    let worn = HoldBook(
      holds: [], heldInVault: [],
      wearings: [DeviceWearing(device: Sample.devices[0], patient: Sample.patients[0], since: 1)])
    let decision = decide([session], policy: policy, holds: worn)
    #expect(decision.deletions.isEmpty && decision.stays == [.exception(Sample.patients[0]): 1])
    // An exception that says less than everybody's days says nothing.
    policy.exceptions[Sample.patients[0]] = [.recordings: 5]
    #expect(decide([session], policy: policy, holds: worn).deletions.count == 1)
    #expect(
      decide([KeptSession(reference: session.reference, recording: Sample.recording(50))], policy: policy, holds: worn)
        .deletions.isEmpty)
  }

  @Test(arguments: 0..<60) func nothingHeldOrYoungEverGoes(seed: Int) throws {
    var random = SplitMix(state: UInt64(seed))
    let kept = Sample.world(&random)
    let holds = Sample.holds(&random)
    let decision = decide(kept, holds: holds)
    let sessions = Dictionary(uniqueKeysWithValues: kept.map { ($0.reference, $0) })
    for deletion in decision.deletions {
      let session = try #require(sessions[deletion.reference])
      #expect(holds.hold(on: session, of: holds.patients(of: session)) == nil)
      if deletion.recording != nil {
        #expect(try #require(session.recording).lastReceivedAt < Sample.now - 100 * Sample.day)
      }
      if deletion.derived != nil {
        #expect(try #require(session.derived).touchedAt < Sample.now - 200 * Sample.day)
        #expect(deletion.recording != nil || (session.recording?.chunks ?? 0) == 0)
      }
      for id in deletion.alerts {
        let alert = try #require(session.alerts.first { $0.id == id })
        #expect(alert.touchedAt < Sample.now - 300 * Sample.day && alert.isResolved && !alert.isBeingDelivered)
      }
      if deletion.forgetsSession {
        #expect(deletion.alerts.count == session.alerts.count)
        #expect(session.derived == nil || deletion.derived != nil)
      }
    }
    // Everything that is old, not held, and in nobody's way goes.
    let going = Set(decision.deletions.map(\.reference))
    for session in kept where holds.hold(on: session, of: holds.patients(of: session)) == nil {
      if let recording = session.recording, recording.chunks > 0,
        recording.lastReceivedAt < Sample.now - 100 * Sample.day
      {
        #expect(going.contains(session.reference))
      }
    }
  }

  /// The steps of a deletion one after the other, as the worker takes them, on a model of the store.
  private func steps(_ decision: RetentionDecision) -> [(inout [SessionReference: KeptSession]) -> Void] {
    var steps: [(inout [SessionReference: KeptSession]) -> Void] = []
    for deletion in decision.deletions {
      let reference = deletion.reference
      if let recording = deletion.recording {
        for _ in 0..<(recording.chunks + 3) / 4 {
          steps.append { world in
            if let left = world[reference]?.recording?.chunks { world[reference]?.recording?.chunks = max(0, left - 4) }
          }
        }
      }
      if deletion.derived != nil {
        steps.append { world in world[reference]?.derived?.findings = 5 }
        steps.append { world in world[reference]?.derived = nil }
      }
      for alert in deletion.alerts {
        steps.append { world in world[reference]?.alerts.removeAll { $0.id == alert } }
      }
      if deletion.forgetsPolicyState { steps.append { world in world[reference]?.hasPolicyState = false } }
      if deletion.forgetsSession { steps.append { world in world[reference]?.recording = nil } }
    }
    return steps
  }

  private func remains(_ world: [SessionReference: KeptSession]) -> [SessionReference: KeptSession] {
    world.filter {
      $0.value.recording != nil || $0.value.derived != nil || !$0.value.alerts.isEmpty || $0.value.hasPolicyState
    }
  }

  @Test(arguments: 0..<12) func interruptedAnywhereAndRepeatedItEndsTheSame(seed: Int) {
    var random = SplitMix(state: UInt64(1_000 + seed))
    let kept = Sample.world(&random)
    let holds = Sample.holds(&random)
    let before = Dictionary(uniqueKeysWithValues: kept.map { ($0.reference, $0) })
    let all = steps(decide(kept, holds: holds))
    var whole = before
    for step in all { step(&whole) }
    for stop in 0...all.count {
      var world = before
      for step in all.prefix(stop) { step(&world) }
      // Killed here; the next round decides anew upon what it finds.
      for step in steps(decide(Array(world.values), holds: holds)) { step(&world) }
      let isSame = remains(world) == remains(whole)
      #expect(isSame, "stopped after \(stop) of \(all.count)")
      #expect(decide(Array(world.values), holds: holds).deletions.isEmpty, "a third round finds nothing to do")
    }
  }
}
