import Foundation
import Glibc
import Logging

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
      let isSteady = try await fleet.waitUntilSteady(children, warmUp: warmUp)
      size.warmUpSeconds = seconds(ContinuousClock.now - began)
      let first = await PipelineReading(system, fleet: children)
      try await Task.sleep(for: window)
      let last = await PipelineReading(system, fleet: children)
      size.fill(from: first, to: last, idle: idle)
      judge(&size, expected: fleet.expectedPerSecond * size.windowSeconds, isSteady: isSteady)
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

  private func judge(_ size: inout PipelineSize, expected: Double, isSteady: Bool) {
    size.keptUp =
      isSteady && Double(size.committedChunks) >= Self.share * expected
      && Double(size.analysedChunks) >= Self.share * expected
    guard !size.keptUp else { return }
    size.reason =
      "\(size.committedChunks) chunks were committed and \(size.analysedChunks) analysed where \(Int(expected)) were due"
      + (isSteady ? "" : ", and they did not come steadily before")
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
