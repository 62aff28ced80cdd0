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

  private static func withService(
    _ body: (PrivacyOfficerService, SQLiteStore, Mailbox, TestTime) async throws -> Void
  ) async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "privacy-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: directory) }
    let store = try await SQLiteStore.open(directory: directory.path, writing: [.registry])
    defer { store.close() }
    let mailbox = Mailbox()
    let time = TestTime()
    let service = PrivacyOfficerService(
      mail: MailConfiguration(
        host: "localhost", sender: try #require(MailAddress("sealedbeat@clinic.example")),
        recipients: [
          try #require(MailAddress("officer@clinic.example")), try #require(MailAddress("deputy@clinic.example")),
        ]),
      link: "https://ward.example/#/access", retry: RetrySchedule(), store: store, changes: store,
      logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }), now: { time.now }, jitter: { 0.5 },
      deliver: { recipient, message in
        if let failure = mailbox.failure.withLock({ $0 }) { return failure }
        mailbox.messages.withLock { $0.append((recipient, String(decoding: message, as: UTF8.self))) }
        return nil
      })
    try await body(service, store, mailbox, time)
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
    try await Self.withService { service, store, mailbox, time in
      try await service.pass()
      #expect(mailbox.messages.withLock { $0.isEmpty })
      try await store.open(Self.access(1, at: time.now))
      for _ in 0..<3 { try await service.pass() }
      let told = mailbox.messages.withLock { $0 }
      #expect(told.map { "\($0.0)" }.sorted() == ["deputy@clinic.example", "officer@clinic.example"])
      for (recipient, message) in told {
        #expect(message.contains("To: <\(recipient)>\r\n") && message.contains("nurse.two opened P-7K2M"))
        #expect(message.contains("https://ward.example/#/access") && message.contains("Message-ID: <access.0101"))
        // What was given as the reason is not in a mail.
        #expect(!message.contains("bed 7"))
      }
      #expect(try await store.accessNotices(openedSince: 0).allSatisfy { $0.state == .delivered && $0.attempts == 1 })
    }
  }

  @Test func aMailServerThatIsAwayIsTriedAgain() async throws {
    try await Self.withService { service, store, mailbox, time in
      mailbox.failure.withLock { $0 = DeliveryFailure(.unreachable, "no connection") }
      try await store.open(Self.access(1, at: time.now))
      try await service.pass()
      let first = try await store.accessNotices(openedSince: 0)
      #expect(
        first.count == 2 && first.allSatisfy { $0.state == .pending && $0.attempts == 1 && $0.nextAttemptAt > time.now }
      )
      // Not before it is due.
      try await service.pass()
      #expect(try await store.accessNotices(openedSince: 0) == first)
      mailbox.failure.withLock { $0 = nil }
      time.advance(60)
      try await service.pass()
      #expect(mailbox.messages.withLock { $0.count } == 2)
      #expect(try await store.accessNotices(openedSince: 0).allSatisfy { $0.state == .delivered && $0.attempts == 2 })
    }
  }

  @Test func whoSaysGoodbyeIsToldNoMore() async throws {
    try await Self.withService { service, store, mailbox, time in
      mailbox.failure.withLock { $0 = DeliveryFailure(.gone, "550") }
      try await store.open(Self.access(1, at: time.now))
      try await service.pass()
      mailbox.failure.withLock { $0 = nil }
      time.advance(3600)
      try await service.pass()
      #expect(mailbox.messages.withLock { $0.isEmpty })
      #expect(try await store.accessNotices(openedSince: 0).allSatisfy { $0.state == .dead })
    }
  }
}
