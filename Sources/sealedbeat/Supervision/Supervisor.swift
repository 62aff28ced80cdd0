import Foundation
import Logging
import Synchronization

/// Keeps children running: starts them in order, brings a crashed one back with back-off, and ends them in reverse
/// order when its task is cancelled.
actor Supervisor {
  /// How long a child may take to end by itself before it is killed.
  static let gracePeriod = Duration.seconds(10)

  private struct Entry {
    let specification: ChildSpecification
    var policy = RestartPolicy()
    var process: ChildProcess?
    var startedAt = ContinuousClock.now
    var isWanted = true
  }

  private var entries: [String: Entry] = [:]
  private var order: [String] = []
  private var watchers: [String: Task<Void, Never>] = [:]
  private var isStopping = false
  private let logger: Logger
  private let onChange: @Sendable ([ChildState]) -> Void

  /// - Parameter onChange: told of every start and restart.
  init(logger: Logger, onChange: @escaping @Sendable ([ChildState]) -> Void = { _ in }) {
    self.logger = logger
    self.onChange = onChange
  }

  /// Starts a child and keeps it running. A child that cannot be started at all is a fault.
  func start(_ specification: ChildSpecification) async throws {
    entries[specification.name] = Entry(specification: specification)
    order.append(specification.name)
    try await launch(specification.name)
    watchers[specification.name] = Task { await self.watch(specification.name) }
  }

  /// Every child as it is.
  var states: [ChildState] {
    order.compactMap { name in
      entries[name].map {
        ChildState(
          name: name, processIdentifier: $0.process?.identifier ?? 0, restarts: $0.policy.restarts,
          healthPort: $0.specification.healthPort)
      }
    }
  }

  /// Ends all children, the last started first, and waits for them.
  func stop() async {
    isStopping = true
    for name in order.reversed() { await stop(name) }
  }

  /// Ends one child for good and waits for it.
  func end(_ name: String) async {
    entries[name]?.isWanted = false
    await stop(name)
  }

  private func stop(_ name: String) async {
    guard let process = entries[name]?.process, let watcher = watchers[name] else {
      watchers[name]?.cancel()
      return
    }
    process.signal(SIGTERM)
    let killer = Task {
      try await Task.sleep(for: Self.gracePeriod)
      logger.warning("child did not end in time and is killed", metadata: ["child": "\(name)"])
      process.signal(SIGKILL)
    }
    watcher.cancel()
    await watcher.value
    killer.cancel()
  }

  private func launch(_ name: String) async throws {
    guard let specification = entries[name]?.specification else { return }
    await specification.prepare?()
    let process = try await ChildProcess.spawn(specification)
    entries[name]?.process = process
    entries[name]?.startedAt = .now
    logger.debug("child started", metadata: ["child": "\(name)", "pid": "\(process.identifier)"])
    onChange(states)
    if isStopping { process.signal(SIGTERM) }
  }

  /// Follows one child until the supervisor stops.
  private func watch(_ name: String) async {
    while let process = entries[name]?.process {
      let end = await process.ended()
      entries[name]?.process = nil
      guard !isStopping, let entry = entries[name], entry.isWanted else { return }
      let startedAt = entry.startedAt
      let running = Double((ContinuousClock.now - startedAt).components.seconds)
      let delay = entries[name]?.policy.ended(afterRunning: running) ?? 0
      logger.warning(
        "child ended and is started again",
        metadata: ["child": "\(name)", "end": "\(end)", "delay_seconds": "\(delay)"])
      while !isStopping {
        do {
          try await Task.sleep(for: .seconds(delay))
          guard !isStopping else { return }
          try await launch(name)
          break
        } catch is CancellationError {
          return
        } catch {
          logger.error("child cannot be started", metadata: ["child": "\(name)", "reason": "\(error)"])
          try? await Task.sleep(for: .seconds(RestartPolicy.longestDelay))
        }
      }
    }
  }
}

/// A child as the state file tells it.
struct ChildState: Sendable, Codable {
  let name: String
  let processIdentifier: Int32
  let restarts: Int
  let healthPort: Int?
}
