import Foundation
import Glibc
import Logging
import Wire

/// Runs a whole system with a number of patients and measures it while chunks come steadily.
struct PipelineBenchmark: Sendable {
  /// Share of the chunks that must be committed and analysed in time.
  private static let share = 0.95
  /// Longest wait for the analysis of the last chunks.
  private static let settling = Duration.seconds(15)

  let patients: Int
  let window: Duration
  let warmUp: Duration
  let directory: String
  let logger: Logger

  private var expectedPerSecond: Double { Double(patients) * 125 / Double(ChunkHeader.maximumSampleCount) }

  /// Starts everything, measures, ends everything and removes it.
  func run() async throws -> PipelineSize {
    let path = "\(directory)/sealedbeat-bench-\(getpid())-\(patients)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await BenchSystem.run(in: path, flags: ["\(Keys.measureStages.key)=true"], logger: logger) {
      try await measure($0)
    }
  }

  private func measure(_ system: LocalSystem) async throws -> PipelineSize {
    var size = PipelineSize(patients: patients)
    size.loadAverageBefore = PipelineMachine.loadAverage
    let fleet = BenchFleet(system: system, count: patients)
    let began = ContinuousClock.now
    try await fleet.claim()
    let idle = await PipelineReading(system, fleet: [])
    let children = try await fleet.start()
    do {
      let isSteady = try await waitUntilSteady(system, fleet, children)
      size.warmUpSeconds = seconds(ContinuousClock.now - began)
      let first = await PipelineReading(system, fleet: children)
      try await Task.sleep(for: window)
      let last = await PipelineReading(system, fleet: children)
      size.fill(from: first, to: last, idle: idle)
      judge(&size, isSteady: isSteady)
    } catch {
      _ = await Task { await fleet.end(children) }.value
      throw error
    }
    guard let summary = await fleet.end(children) else {
      size.reason = size.reason ?? "a process of devices ended without telling what it had sealed"
      size.keptUp = false
      return size
    }
    try await settle(system, &size, summary)
    size.restarts = await system.supervisor.states.reduce(0) { $0 + $1.restarts }
    return size
  }

  private func judge(_ size: inout PipelineSize, isSteady: Bool) {
    let expected = expectedPerSecond * size.windowSeconds
    size.keptUp =
      isSteady && Double(size.committedChunks) >= Self.share * expected
      && Double(size.analysedChunks) >= Self.share * expected
    guard !size.keptUp else { return }
    size.reason =
      "\(size.committedChunks) chunks were committed and \(size.analysedChunks) analysed where \(Int(expected)) were due"
      + (isSteady ? "" : ", and they did not come steadily before")
  }

  /// Waits until chunks are committed and analysed at the rate at which they are produced, for three seconds.
  /// - Returns: whether they were before the warm-up ended.
  private func waitUntilSteady(
    _ system: LocalSystem, _ fleet: BenchFleet, _ children: [ChildProcess]
  ) async throws -> Bool {
    // Enrolment: two P-256 signatures and a durable commit for each device.
    let enrolment = ContinuousClock.now + .seconds(60 + Double(patients) * 0.05)
    while await PipelineReading.chunks(system).committed == 0 {
      try fleet.requireRunning(children)
      guard ContinuousClock.now < enrolment else { return false }
      try await Task.sleep(for: .milliseconds(200))
    }
    let interval = Duration.seconds(3)
    let deadline = ContinuousClock.now + warmUp + .seconds(fleet.rampSeconds)
    try await Task.sleep(for: .seconds(fleet.rampSeconds))
    var earlier = await PipelineReading.chunks(system)
    var since = ContinuousClock.now
    while ContinuousClock.now < deadline {
      try fleet.requireRunning(children)
      try await Task.sleep(for: interval)
      let now = await PipelineReading.chunks(system)
      let due = expectedPerSecond * seconds(ContinuousClock.now - since)
      let isSteady = [now.committed - earlier.committed, now.analysed - earlier.analysed].allSatisfy {
        // More than is due is a backlog that is being worked off.
        $0 >= 0.9 * due - 1 && $0 <= 1.1 * due + Double(patients)
      }
      if isSteady { return true }
      (earlier, since) = (now, .now)
    }
    return false
  }

  /// Lets the analysis finish, and counts what is missing.
  private func settle(_ system: LocalSystem, _ size: inout PipelineSize, _ summary: BenchFleet.Summary) async throws {
    let deadline = ContinuousClock.now + Self.settling
    var now = await PipelineReading.chunks(system)
    while now.analysed < now.committed, ContinuousClock.now < deadline {
      try await Task.sleep(for: .milliseconds(200))
      now = await PipelineReading.chunks(system)
    }
    size.heldChunks = summary.held
    // A device also holds what was committed while its receipt was under way.
    size.lostChunks = max(0, summary.chunksSealed - summary.held - Int(now.committed))
    size.unanalysedChunks = Int(now.committed - now.analysed)
  }

  private func seconds(_ duration: Duration) -> Double { duration / .seconds(1) }
}
