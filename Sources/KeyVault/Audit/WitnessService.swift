internal import CoreMetrics
package import Logging
internal import Metrics
internal import ServiceLifecycle

/// Hands the latest signed checkpoint to witnesses, in the background: no operation ever waits for one.
package final class WitnessService: Service {
  private let door: VaultDoor
  private let sinks: [any WitnessSink]
  private let policy: WitnessPolicy
  private let logger: Logger

  /// - Parameters:
  ///   - door: of the vault whose log it is; a sealed one has no news.
  ///   - sinks: who is told.
  ///   - policy: how often, and when to alarm.
  ///   - logger: for what happens.
  package init(
    door: VaultDoor, sinks: [any WitnessSink], policy: WitnessPolicy = WitnessPolicy(), logger: Logger
  ) {
    self.door = door
    self.sinks = sinks
    self.policy = policy
    self.logger = logger
  }

  /// Runs until graceful shutdown or cancellation; then every witness is told of the last checkpoint, once.
  package func run() async throws {
    // Without a witness there is nothing to do, but a service that ends would end the vault.
    guard !sinks.isEmpty else { return try await gracefulShutdown() }
    await withTaskGroup(of: Void.self) { group in
      for sink in sinks { group.addTask { await self.serve(sink) } }
    }
  }

  private func serve(_ sink: any WitnessSink) async {
    let last = await cancelWhenGracefulShutdown { [self] in
      var last: AuditCheckpoint?
      var policy = policy
      while !Task.isCancelled {
        last = await tell(sink, unless: last, &policy)
        try? await Task.sleep(for: policy.pause)
      }
      return last
    }
    var closing = policy
    _ = await tell(sink, unless: last, &closing, isLast: true)
    await sink.close()
  }

  /// Hands the head over, unless it is the one that the witness has; returns what it has now.
  private func tell(
    _ sink: any WitnessSink, unless last: AuditCheckpoint?, _ policy: inout WitnessPolicy, isLast: Bool = false
  ) async -> AuditCheckpoint? {
    do {
      guard let authority = try? door.authority else { return last }
      let head = try authority.auditHead()
      if let last, last.agrees(with: head) { return last }
      try await sink.record(head)
      count(sink, "delivered")
      Gauge(label: "sealedbeat_vault_witness_entries", dimensions: [("witness", sink.name)]).record(head.count)
      let events = policy.delivered(at: Self.now)
      if !isLast { record(events, sink) }
      return head
    } catch {
      guard !Task.isCancelled || isLast else { return last }
      count(sink, "failed")
      logger.warning("a witness took no checkpoint", metadata: ["witness": "\(sink.name)", "reason": "\(error)"])
      record(policy.failed(at: Self.now), sink)
      return last
    }
  }

  private func record(_ events: [WitnessPolicy.Event], _ sink: any WitnessSink) {
    for event in events {
      let (action, reason): (AuditEntry.Action, String) =
        switch event {
        case .began: (.witness, "takes checkpoints")
        case .failing(let time): (.alarm, "has taken no checkpoint for \(time.components.seconds) s")
        case .recovered(let time): (.witness, "takes checkpoints again after \(time.components.seconds) s")
        }
      logger.log(
        level: action == .alarm ? .error : .notice, "witness",
        metadata: ["witness": "\(sink.name)", "state": "\(reason)"])
      do {
        try door.authority.recordReading(action, actor: "local", object: "witness/\(sink.name)", reason: reason)
      } catch {
        logger.error("a witness's state could not be recorded", metadata: ["reason": "\(error)"])
      }
    }
  }

  private func count(_ sink: any WitnessSink, _ outcome: String) {
    Counter(label: "sealedbeat_vault_witness_total", dimensions: [("witness", sink.name), ("outcome", outcome)])
      .increment()
  }

  private static let start = ContinuousClock.now
  private static var now: Duration { ContinuousClock.now - start }
}
