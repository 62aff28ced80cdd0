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
  ///   - door: of the vault whose log it is; its file is read while the vault is sealed too.
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
    // A service that returns ends the whole group.
    guard !sinks.isEmpty else { return try await gracefulShutdown() }
    await withTaskGroup(of: Void.self) { group in
      for sink in sinks { group.addTask { await self.serve(sink) } }
    }
  }

  /// What is known of one witness.
  private struct Progress {
    /// The checkpoint that it has.
    var last: AuditCheckpoint?
    var policy: WitnessPolicy
    /// What the log does not say yet: a sealed vault records nothing.
    var unrecorded: [WitnessPolicy.Event] = []
  }

  /// Most events that wait to be recorded; beyond, the oldest are forgotten.
  private static let unrecordedLimit = 8

  private func serve(_ sink: any WitnessSink) async {
    let last = await cancelWhenGracefulShutdown { [self] in
      var progress = Progress(policy: policy)
      while !Task.isCancelled {
        await tell(sink, &progress)
        record(&progress, sink)
        try? await Task.sleep(for: progress.policy.pause)
      }
      return progress.last
    }
    // The vault has closed: this is its last entry.
    var closing = Progress(last: last, policy: policy)
    await tell(sink, &closing, isLast: true)
    await sink.close()
  }

  /// Hands the head over, unless it is the one that the witness has.
  private func tell(_ sink: any WitnessSink, _ progress: inout Progress, isLast: Bool = false) async {
    do {
      let head = try AuditVerifier.head(directory: door.directory)
      if let last = progress.last, last.agrees(with: head) { return }
      try await sink.record(head)
      count(sink, "delivered")
      Gauge(label: "sealedbeat_vault_witness_entries", dimensions: [("witness", sink.name)]).record(head.count)
      progress.last = head
      progress.unrecorded += progress.policy.delivered(at: Self.now)
    } catch {
      guard !Task.isCancelled || isLast else { return }
      count(sink, "failed")
      logger.warning("a witness took no checkpoint", metadata: ["witness": "\(sink.name)", "reason": "\(error)"])
      progress.unrecorded += progress.policy.failed(at: Self.now)
    }
  }

  /// Writes into the log what happened with a witness; what cannot be written now is tried again.
  private func record(_ progress: inout Progress, _ sink: any WitnessSink) {
    progress.unrecorded = progress.unrecorded.suffix(Self.unrecordedLimit)
    while let event = progress.unrecorded.first {
      let (action, reason): (AuditEntry.Action, String) =
        switch event {
        case .began: (.witness, "takes checkpoints")
        case .failing(let time): (.alarm, "has taken no checkpoint for \(time.components.seconds) s")
        case .recovered(let time): (.witness, "takes checkpoints again after \(time.components.seconds) s")
        }
      do {
        try door.authority.record(action, actor: "local", object: "witness/\(sink.name)", reason: reason)
      } catch VaultError.sealed {
        return
      } catch {
        logger.error("a witness's state could not be recorded", metadata: ["reason": "\(error)"])
        return
      }
      logger.log(
        level: action == .alarm ? .error : .notice, "witness",
        metadata: ["witness": "\(sink.name)", "state": "\(reason)"])
      progress.unrecorded.removeFirst()
    }
  }

  private func count(_ sink: any WitnessSink, _ outcome: String) {
    Counter(label: "sealedbeat_vault_witness_total", dimensions: [("witness", sink.name), ("outcome", outcome)])
      .increment()
  }

  private static let start = ContinuousClock.now
  private static var now: Duration { ContinuousClock.now - start }
}
