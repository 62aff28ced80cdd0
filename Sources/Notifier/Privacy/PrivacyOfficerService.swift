package import AlertDelivery
internal import Dispatch
internal import Foundation
public import Logging
internal import Sealing
public import ServiceLifecycle
public import Store

/// Tells the privacy officers by mail of every access beyond an assignment.
///
/// The record of the access is what is to be told, and the store keeps for each receiver how far that has come: nothing is lost when
/// the notifier or the mail server is away, and a message that is repeated has the same Message-ID.
public final class PrivacyOfficerService: Service {
  /// The registry is looked at so often, announced or not.
  private static let interval = Duration.seconds(5)
  /// Most accesses looked at in one pass.
  private static let accessLimit = 500
  private static let conversations = DispatchQueue(label: "sealedbeat.notifier.privacy", attributes: .concurrent)

  private let mail: MailConfiguration
  private let link: String?
  private let retry: RetrySchedule
  private let store: any AccessStore
  private let changes: any StoreChanges
  private let now: @Sendable () -> UnixMicroseconds
  private let jitter: @Sendable () -> Double
  private let deliver: @Sendable (MailAddress, [UInt8]) async -> DeliveryFailure?
  private let logger: Logger

  /// Prepares the service.
  /// - Parameters:
  ///   - mail: The mail server, and as recipients the privacy officers.
  ///   - link: The page of all accesses, if there is one to name.
  ///   - retry: When a failed delivery is tried again.
  ///   - store: Where accesses are on record; its registry must be writable.
  ///   - changes: Tells what is new in the store.
  ///   - logger: Told of outcomes, of no address.
  /// - Throws: ``DeliveryFailure`` of code `misconfigured` for what could never be safe.
  public convenience init(
    mail: MailConfiguration, link: String?, retry: RetrySchedule = RetrySchedule(), store: any AccessStore,
    changes: any StoreChanges, logger: Logger
  ) throws(DeliveryFailure) {
    // Refuses what could never be safe, as for alerts.
    _ = try MailTransport(configuration: mail, links: AlertLinks(prefix: nil))
    self.init(
      mail: mail, link: link, retry: retry, store: store, changes: changes, logger: logger, now: ServerClock.system,
      jitter: { Double.random(in: 0...1) },
      deliver: { recipient, message in await Self.send(message, to: recipient, by: mail) })
  }

  package init(
    mail: MailConfiguration, link: String?, retry: RetrySchedule, store: any AccessStore, changes: any StoreChanges,
    logger: Logger, now: @escaping @Sendable () -> UnixMicroseconds, jitter: @escaping @Sendable () -> Double,
    deliver: @escaping @Sendable (MailAddress, [UInt8]) async -> DeliveryFailure?
  ) {
    self.mail = mail
    self.link = link
    self.retry = retry
    self.store = store
    self.changes = changes
    self.logger = logger
    self.now = now
    self.jitter = jitter
    self.deliver = deliver
  }

  /// Runs until graceful shutdown or cancellation.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      for await _ in changes.changes(in: .registry, atLeastEvery: Self.interval) {
        if Task.isCancelled { break }
        do { try await pass() } catch {
          if Task.isCancelled { break }
          logger.error("Accesses were not told; will be tried again", metadata: ["error": "\(error)"])
        }
      }
    }
  }

  /// Attempts whatever is due, each once.
  package func pass() async throws {
    let age = UInt64(retry.ageLimitSeconds * 1e6)
    let since = now() - min(now(), age)
    let accesses = try await store.emergencyAccess(limit: Self.accessLimit).filter { $0.openedAt >= since }
    guard !accesses.isEmpty else { return }
    var known: [AccessID: [String: AccessNotice]] = [:]
    for notice in try await store.accessNotices(openedSince: since) {
      known[notice.access, default: [:]][notice.receiver] = notice
    }
    for access in accesses {
      for recipient in mail.recipients {
        let receiver = AccessMessage.fingerprint(of: recipient)
        let notice = known[access.id]?[receiver]
        guard notice?.state ?? .pending == .pending, notice?.nextAttemptAt ?? 0 <= now() else { continue }
        try await tell(access, to: recipient, receiver, attempts: (notice?.attempts ?? 0) + 1)
      }
    }
  }

  private func tell(
    _ access: EmergencyAccess, to recipient: MailAddress, _ receiver: String, attempts: Int
  ) async throws {
    let message = AccessMessage(
      access: access, recipient: recipient, sender: mail.sender, link: link,
      zone: mail.timeZone.flatMap(TimeZone.init(identifier:)))
    let failure = await deliver(recipient, Array(message.compose().utf8))
    let at = now()
    var log = logger
    log[metadataKey: "access"] = "\(access.id)"
    log[metadataKey: "attempts"] = "\(attempts)"
    guard let failure else {
      try await store.put(
        AccessNotice(
          access: access.id, receiver: receiver, state: .delivered, attempts: attempts, nextAttemptAt: at,
          deliveredAt: at))
      return log.info("Access told")
    }
    let decision =
      failure.isFinal
      ? .giveUp
      : retry.decide(
        attempts: attempts, createdAt: access.openedAt, now: at, jitter: jitter(), askedFor: failure.retryAfterSeconds)
    log[metadataKey: "reason"] = "\(failure)"
    switch decision {
    case .retry(let next):
      try await store.put(
        AccessNotice(
          access: access.id, receiver: receiver, state: .pending, attempts: attempts, nextAttemptAt: next,
          lastError: failure.description))
      log.warning("Access not told; will be tried again")
    case .giveUp:
      try await store.put(
        AccessNotice(
          access: access.id, receiver: receiver, state: .dead, attempts: attempts, nextAttemptAt: at,
          lastError: failure.description))
      log.error("Access not told; given up")
    }
  }

  private static func send(
    _ message: [UInt8], to recipient: MailAddress, by mail: MailConfiguration
  ) async -> DeliveryFailure? {
    do throws(DeliveryFailure) {
      let password: SecretBytes? = if let file = mail.password { try file.read() } else { nil }
      let session = CurlSession(configuration: mail, recipient: recipient, message: message, password: password)
      return await withCheckedContinuation { continuation in
        conversations.async {
          do throws(DeliveryFailure) {
            try session.perform()
            continuation.resume(returning: nil)
          } catch { continuation.resume(returning: error) }
        }
      }
    } catch { return error }
  }
}
