internal import AlertDelivery
internal import Logging
internal import Store
internal import Wire

/// Delivers the due messages of one channel. Channels do not wait for each other.
struct DeliveryLane: Sendable {
  /// Messages read from the outbox at once: several rounds of ``concurrency``.
  static let fetchLimit = 256
  /// Deliveries at a time: enough for a burst of a ward, few enough for any mail server's limit on connections.
  static let concurrency = 4

  let channel: DeliveryChannel
  let alerts: any AlertStore
  let keyring: SessionKeyring
  let transport: @Sendable (AlertNotice.Receiver) -> (any AlertTransport)?
  let retry: RetrySchedule
  let now: @Sendable () -> UnixMicroseconds
  let jitter: @Sendable () -> Double
  let metrics: NotifierMetrics
  let logger: Logger

  /// Attempts every message of this channel that is due, each once.
  /// - Returns: how many attempts were recorded.
  /// - Throws: when the store or the vault cannot be asked; the messages stay as they are and fall due again.
  func pass() async throws -> Int {
    let due = try await alerts.dueMessages(now: now(), limit: Self.fetchLimit).filter { $0.channel == channel }
    guard !due.isEmpty else { return 0 }
    try await keyring.prepare(Array(Set(due.map(\.reference))), now: now())
    var recorded = 0
    var failure: (any Error)?
    await withTaskGroup(of: (any Error)?.self) { group in
      var waiting = due[...]
      for _ in 0..<Self.concurrency {
        guard let message = waiting.popFirst() else { break }
        group.addTask { await attempt(message) }
      }
      while let result = await group.next() {
        if let result { failure = failure ?? result } else { recorded += 1 }
        // When one outcome could not be recorded the store is in trouble: nothing new is begun, what is on its way is awaited.
        guard failure == nil, !Task.isCancelled, let message = waiting.popFirst() else { continue }
        group.addTask { await attempt(message) }
      }
    }
    if let failure { throw failure }
    return recorded
  }

  /// Delivers and records; returns why it could not be recorded.
  private func attempt(_ message: OutboxMessage) async -> (any Error)? {
    let outcome = await deliver(message)
    // A task of its own: a shutdown in this moment must not leave a delivered message unrecorded.
    return await Task {
      do {
        try await record(message, outcome)
        return nil as (any Error)?
      } catch { return error }
    }.value
  }

  private func deliver(_ message: OutboxMessage) async -> Result<DeliveryReceipt, DeliveryFailure> {
    do throws(DeliveryFailure) {
      let notice = try await open(message)
      guard let transport = transport(notice.receiver) else {
        throw DeliveryFailure(.misconfigured, "the receiver is no longer configured")
      }
      return .success(try await transport.deliver(notice))
    } catch {
      return .failure(error)
    }
  }

  private func open(_ message: OutboxMessage) async throws(DeliveryFailure) -> AlertNotice {
    do {
      if let notice = try await keyring.withSeal(message.reference, { try SealedRecords.notice(message, with: $0) }) {
        return notice
      }
    } catch {
      metrics.recordUnreadable()
      throw DeliveryFailure(.misconfigured, "the message does not open")
    }
    throw DeliveryFailure(.misconfigured, "the session's key is not released")
  }

  private func record(
    _ message: OutboxMessage, _ outcome: Result<DeliveryReceipt, DeliveryFailure>
  ) async throws {
    let at = now()
    let attempts = message.attempts + 1
    var log = logger
    log[metadataKey: "message"] = "\(message.id)"
    log[metadataKey: "channel"] = "\(channel.rawValue)"
    log[metadataKey: "attempts"] = "\(attempts)"
    let failure: DeliveryFailure
    switch outcome {
    case .failure(let cause): failure = cause
    case .success(let receipt):
      try await alerts.record(
        DeliveryAttempt(
          message: message.id, state: .delivered, at: at, nextAttemptAt: at, error: nil, receipt: receipt.text))
      metrics.delivered(
        by: channel, secondsSinceWritten: at > message.createdAt ? Double(at - message.createdAt) / 1e6 : 0)
      return log.info("Delivered")
    }
    metrics.failed(by: channel, failure.code)
    log[metadataKey: "reason"] = "\(failure)"
    let decision =
      failure.isFinal
      ? .giveUp
      : retry.decide(
        attempts: attempts, createdAt: message.createdAt, now: at, jitter: jitter(),
        askedFor: failure.retryAfterSeconds)
    switch decision {
    case .retry(let next):
      try await alerts.record(
        DeliveryAttempt(
          message: message.id, state: .pending, at: at, nextAttemptAt: next, error: failure.description))
      log.warning("Not delivered; will be tried again")
    case .giveUp:
      try await alerts.record(
        DeliveryAttempt(message: message.id, state: .dead, at: at, nextAttemptAt: at, error: failure.description))
      metrics.gaveUp(channel)
      log.error("Given up")
    }
  }
}
