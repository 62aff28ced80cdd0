import AlertDelivery
import Foundation
import Logging
import Notifier
import Store
import Synchronization
import Testing

/// A registry that knows accesses, in the real store.
@Suite struct PrivacyOfficerTests {
  private final class Mailbox: Sendable {
    let messages = Mutex<[(MailAddress, String)]>([])
    let failure = Mutex<DeliveryFailure?>(nil)
  }

  /// The service with what it needs, for one test.
  private struct Office {
    let service: PrivacyOfficerService
    let store: SQLiteStore
    let mailbox = Mailbox()
    let time = TestTime()
    private let directory: URL

    init() async throws {
      directory = FileManager.default.temporaryDirectory.appending(path: "privacy-\(UUID().uuidString)")
      store = try await SQLiteStore.open(directory: directory.path, writing: [.registry])
      service = PrivacyOfficerService(
        mail: MailConfiguration(
          host: "localhost", sender: try #require(MailAddress("sealedbeat@clinic.example")),
          recipients: [
            try #require(MailAddress("officer@clinic.example")), try #require(MailAddress("deputy@clinic.example")),
          ]),
        link: "https://ward.example/#/access", retry: RetrySchedule(), store: store, changes: store,
        logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { [time] in time.now },
        jitter: { 0.5 },
        deliver: { [mailbox] recipient, message in
          if let failure = mailbox.failure.withLock({ $0 }) { return failure }
          mailbox.messages.withLock { $0.append((recipient, String(decoding: message, as: UTF8.self))) }
          return nil
        })
    }

    func open(_ byte: UInt8) async throws { try await store.open(PrivacyOfficerTests.access(byte, at: time.now)) }

    func notices() async throws -> [AccessNotice] { try await store.accessNotices(openedSince: 0) }

    func close() {
      store.close()
      try? FileManager.default.removeItem(at: directory)
    }
  }

  private final class TestTime: Sendable {
    private let micros = Mutex<UInt64>(1_767_225_600_000_000)
    var now: UInt64 { micros.withLock { $0 } }
    func advance(_ seconds: UInt64) { micros.withLock { $0 += seconds * 1_000_000 } }
  }

  private static func access(_ byte: UInt8, at time: UInt64) throws -> EmergencyAccess {
    EmergencyAccess(
      id: try #require(AccessID(Array(repeating: byte, count: 16))), account: "nurse.two",
      pseudonym: try #require(Pseudonym("P-7K2M")), box: Array("called to bed 7".utf8), openedAt: time,
      expiresAt: time + 3_600_000_000)
  }

  @Test func everyOfficerIsToldOnce() async throws {
    let office = try await Office()
    defer { office.close() }
    try await office.service.pass()
    #expect(office.mailbox.messages.withLock { $0.isEmpty })
    try await office.open(1)
    try await office.service.pass()
    try await office.service.pass()
    let told = office.mailbox.messages.withLock { $0 }
    #expect(told.map { "\($0.0)" }.sorted() == ["deputy@clinic.example", "officer@clinic.example"])
    for (recipient, message) in told {
      #expect(message.contains("To: <\(recipient)>\r\n") && message.contains("nurse.two opened P-7K2M"))
      #expect(message.contains("https://ward.example/#/access") && message.contains("Message-ID: <access.0101"))
      // What was given as the reason is not in a mail.
      #expect(!message.contains("bed 7"))
    }
    let notices = try await office.notices()
    #expect(notices.count == 2 && notices.allSatisfy { $0.state == .delivered && $0.attempts == 1 })
  }

  @Test func aMailServerThatIsAwayIsTriedAgain() async throws {
    let office = try await Office()
    defer { office.close() }
    office.mailbox.failure.withLock { $0 = DeliveryFailure(.unreachable, "no connection") }
    try await office.open(1)
    try await office.service.pass()
    let first = try await office.notices()
    let now = office.time.now
    #expect(
      first.count == 2 && first.allSatisfy { $0.state == .pending && $0.attempts == 1 && $0.nextAttemptAt > now })
    // Not before it is due.
    try await office.service.pass()
    let second = try await office.notices()
    #expect(second == first)
    office.mailbox.failure.withLock { $0 = nil }
    office.time.advance(60)
    try await office.service.pass()
    #expect(office.mailbox.messages.withLock { $0.count } == 2)
    let last = try await office.notices()
    #expect(last.allSatisfy { $0.state == .delivered && $0.attempts == 2 })
  }

  @Test func whoSaysGoodbyeIsToldNoMore() async throws {
    let office = try await Office()
    defer { office.close() }
    office.mailbox.failure.withLock { $0 = DeliveryFailure(.gone, "550") }
    try await office.open(1)
    try await office.service.pass()
    office.mailbox.failure.withLock { $0 = nil }
    office.time.advance(3600)
    try await office.service.pass()
    #expect(office.mailbox.messages.withLock { $0.isEmpty })
    let notices = try await office.notices()
    #expect(notices.count == 2 && notices.allSatisfy { $0.state == .dead })
  }
}
