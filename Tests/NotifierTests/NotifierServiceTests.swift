import AlertDelivery
import Findings
import KeyVaultClient
import Notifier
import RhythmScripts
import Store
import Testing
import Wire

@Suite("From findings to messages")
struct NotifierServiceTests {
  /// Normal, fast, normal: one episode with a beginning and an end.
  private var episode: [Finding] {
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(60, rate: 135)
    script.rhythm(90, rate: 75)
    return script.findings()
  }

  @Test("one episode is one alert, and its beginning and end are told once to each receiver")
  func episodeIsTold() async throws {
    let ward = try Ward()
    ward.store.write {
      $0.assignments[Names.device] = DeviceAssignment(
        device: Names.device, pseudonym: Pseudonym("P-QRST"), since: 0)
    }
    let notifier = try ward.notifier()
    for finding in episode {
      try ward.arrive([finding])
      ward.advance(seconds: 1.496)
      try await notifier.evaluate()
      try await notifier.deliverDue()
    }
    #expect(ward.store.read { $0.alerts.values.map(\.state) } == [.resolved])
    let taken = ward.receiver.taken
    #expect(taken.map(\.occasion.name).sorted() == ["opened", "opened", "resolved", "resolved"])
    #expect(Set(taken.map(\.outboxID)).count == 4)
    #expect(taken.allSatisfy { $0.patient == "P-QRST" && $0.body.rule == .tachycardia })
    #expect(ward.store.read { $0.messages.values.allSatisfy { $0.state == .delivered } })
    // Asked for once, then kept.
    #expect(ward.keys.requestCount == 1)
  }

  @Test("what rests is sealed: no record holds a word of it")
  func sealedAtRest() async throws {
    let ward = try Ward()
    try ward.arrive(episode)
    try await ward.notifier().evaluate()
    let boxes = ward.store.read { state in
      state.alerts.values.map(\.box) + state.messages.values.map(\.box) + state.states.values.map(\.box)
    }
    #expect(boxes.count >= 6)
    for box in boxes {
      let text = String(decoding: box, as: UTF8.self)
      #expect(!text.contains("tachycardia") && !text.contains("heartRate"))
    }
    let alert = try #require(ward.store.read { $0.alerts.values.first })
    _ = try ward.seal().open(alert.box, kind: .alert, name: alert.id.description)
  }

  @Test(
    "killed before or after any step, then started again: no alert is lost, none opens twice", arguments: [false, true])
  func crash(isAfterEffect: Bool) async throws {
    let findings = episode
    let whole = try Ward()
    let expected = try await run(whole, findings, fault: nil)
    #expect(expected.alerts.count == 1)
    #expect(expected.messages.count == 4)
    var step = 1
    while true {
      let ward = try Ward()
      let result = try await run(ward, findings, fault: .init(step: step, isAfterEffect: isAfterEffect))
      #expect(result.alerts == expected.alerts, "step \(step)")
      #expect(result.messages == expected.messages, "step \(step)")
      #expect(ward.store.read { $0.openedTimes.values.allSatisfy { $0 == 1 } })
      #expect(ward.store.read { $0.messages.values.allSatisfy { $0.state == .delivered } })
      // A message may arrive twice, when the crash fell between sending and recording: under the same name.
      #expect(ward.receiver.taken.count <= expected.messages.count + 4)
      #expect(Set(ward.receiver.taken.map(\.outboxID)) == expected.messages)
      if !result.hasFailed { break }
      step += 1
    }
    #expect(step > 20)
  }

  private func run(
    _ ward: Ward, _ findings: [Finding], fault: MemoryStore.Fault?
  ) async throws -> (alerts: Set<AlertID>, messages: Set<String>, hasFailed: Bool) {
    ward.store.fail(fault)
    var notifier = try ward.notifier()
    var hasFailed = false
    for start in stride(from: 0, to: findings.count, by: 35) {
      try ward.arrive(findings[start..<min(findings.count, start + 35)])
      ward.advance(seconds: 52)
      while true {
        do {
          try await notifier.evaluate()
          try await notifier.deliverDue()
          break
        } catch {
          hasFailed = true
          notifier = try ward.notifier()
        }
      }
    }
    return ward.store.read { (Set($0.alerts.keys), Set($0.messages.keys), hasFailed) }
  }

  @Test("a delivery that fails is tried again later and later, under the same name, and stops nothing else")
  func retries() async throws {
    let ward = try Ward()
    let broken = RecordingTransport()
    broken.failNext(Array(repeating: DeliveryFailure(.unreachable, "down"), count: 3))
    let notifier = try ward.notifier(
      transports: [.mailbox(Ward.mailbox): broken, .webhook("webhook"): ward.receiver])
    try ward.arrive(episode.prefix(75))
    try await notifier.evaluate()
    var waits: [Double] = []
    while broken.taken.isEmpty, waits.count < 10 {
      try await notifier.deliverDue()
      #expect(ward.receiver.taken.count == 1)
      guard let pending = ward.store.read({ $0.messages.values.first { $0.state == .pending } }) else { break }
      #expect(pending.lastError == "unreachable: down")
      let wait = Double(pending.nextAttemptAt - ward.now) / 1e6
      waits.append(wait)
      ward.advance(seconds: wait - 0.001)
      try await notifier.deliverDue()
      #expect(broken.taken.isEmpty)
      ward.advance(seconds: 0.001)
    }
    #expect(waits == [2, 4, 8])
    #expect(
      broken.taken.map(\.outboxID) == ward.store.read { $0.messages.values.filter { $0.channel == .mail }.map(\.id) })
  }

  @Test("a receiver that says it is gone gets no second attempt; another one is given up after the limit")
  func deadLetters() async throws {
    var configuration = try Ward().configuration
    configuration.retry = RetrySchedule(firstSeconds: 1, longestSeconds: 4, attemptLimit: 5)
    let ward = try Ward(configuration: configuration)
    let mail = RecordingTransport()
    mail.failNext(Array(repeating: DeliveryFailure(.unauthorised, "no"), count: 100))
    let webhook = RecordingTransport()
    webhook.failNext([DeliveryFailure(.gone, "HTTP 410")])
    let notifier = try ward.notifier(transports: [.mailbox(Ward.mailbox): mail, .webhook("webhook"): webhook])
    try ward.arrive(episode.prefix(75))
    try await notifier.evaluate()
    for _ in 0..<12 {
      try await notifier.deliverDue()
      ward.advance(seconds: 4)
    }
    let messages = ward.store.read { Dictionary(grouping: $0.messages.values, by: \.channel) }
    #expect(messages[.mail]?.map(\.state) == [.dead])
    #expect(messages[.mail]?.map(\.attempts) == [5])
    #expect(messages[.webhook]?.map(\.state) == [.dead])
    #expect(messages[.webhook]?.map(\.attempts) == [1])
  }

  @Test("silence is told by the server's clock, a successor ends it")
  func silence() async throws {
    let ward = try Ward()
    let notifier = try ward.notifier()
    try ward.arrive(episode.prefix(10))
    try await notifier.evaluate()
    ward.advance(seconds: 61)
    try await notifier.evaluate()
    #expect(ward.store.read { $0.alerts.values.map(\.state) } == [.open])
    try ward.arrive([], of: SessionReference(device: Names.device, session: Names.session(2)))
    ward.advance(seconds: 2)
    try await notifier.evaluate()
    #expect(ward.store.read { $0.alerts.values.map(\.state) } == [.resolved])
  }

  @Test("a vault that is out of reach delays, and a key that is refused stops nobody else")
  func vaultTrouble() async throws {
    let ward = try Ward()
    try ward.arrive(episode)
    ward.keys.fail(.unavailable("down"))
    let notifier = try ward.notifier()
    await #expect(throws: KeyVaultError.self) { try await notifier.evaluate() }
    #expect(ward.store.read { $0.alerts.isEmpty })
    ward.keys.fail(nil)
    ward.advance(seconds: 1)
    try await notifier.evaluate()
    #expect(ward.store.read { $0.alerts.count } == 1)
    let other = try #require(DeviceID("sb-test-2"))
    try ward.arrive(episode.prefix(3).map { $0 }, of: SessionReference(device: other, session: Names.session(3)))
    ward.advance(seconds: 1)
    try await notifier.evaluate()
    try await notifier.deliverDue()
    #expect(!ward.receiver.taken.isEmpty)
  }

  @Test("a person who acknowledges is not reminded")
  func acknowledgement() async throws {
    for isAcknowledged in [false, true] {
      let ward = try Ward()
      let notifier = try ward.notifier()
      var script = RhythmScript()
      script.rhythm(60, rate: 75)
      script.rhythm(60, rate: 170)
      try ward.arrive(script.findings())
      try await notifier.evaluate()
      let id = try #require(ward.store.read { $0.alerts.keys.first })
      if isAcknowledged { try await ward.acknowledge(id) }
      ward.advance(seconds: 301)
      try ward.arrive([])
      try await notifier.evaluate()
      let reminders = ward.store.read { $0.messages.keys.filter { $0.contains("reminder-1") }.count }
      #expect(reminders == (isAcknowledged ? 0 : 2))
    }
  }
}
