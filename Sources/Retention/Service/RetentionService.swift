public import Logging
public import ServiceLifecycle
internal import Store
internal import Synchronization

/// Deletes what is old enough and not held, once an hour: the one place in the system that deletes by age.
public final class RetentionService: Service {
  /// Time between two rounds.
  public static let interval = Duration.seconds(3600)
  /// Time until the next try after the store failed.
  static let retry = Duration.seconds(60)

  private let worker: RetentionWorker
  private let logger: Logger
  private let state = Mutex(false)

  /// - Parameters:
  ///   - worker: Does the rounds.
  ///   - logger: Told of faults.
  public init(worker: RetentionWorker, logger: Logger) {
    self.worker = worker
    self.logger = logger
  }

  /// Whether the store could be read and written when it was last needed.
  public var isReady: Bool { state.withLock { $0 } }

  /// Works until the service group shuts down; a round that goes on then stops between two transactions.
  public func run() async throws {
    await cancelWhenGracefulShutdown { [self] in
      while !Task.isCancelled {
        var pause = Self.interval
        do throws(StoreError) {
          if try await worker.begin() {
            logger.warning("the setting store.retention-days counts no more: the policy is kept in the registry")
          }
          // Ready before the round: it may take long, and is no reason to hold anybody up.
          state.withLock { $0 = true }
          let outcome = try await worker.round(by: "svc.retention")
          state.withLock { $0 = outcome != .failed }
          if outcome == .failed { pause = Self.retry }
        } catch {
          state.withLock { $0 = false }
          logger.error("the store cannot be used; nothing is deleted", metadata: ["reason": "\(error.reason)"])
          pause = Self.retry
        }
        try? await Task.sleep(for: pause)
      }
    }
  }
}
