import Foundation
import Wire

extension BenchFleet {
  /// Chunks that the fleet makes in a second.
  var expectedPerSecond: Double { Double(count) * 125 / Double(ChunkHeader.maximumSampleCount) }

  /// Waits until chunks are committed and analysed at the rate at which they are produced, for three seconds.
  /// - Returns: whether they were before the warm-up ended.
  func waitUntilSteady(_ children: [ChildProcess], warmUp: Duration) async throws -> Bool {
    // Enrolment: two P-256 signatures and a durable commit for each device.
    let enrolment = ContinuousClock.now + .seconds(60 + Double(count) * 0.05)
    while await PipelineReading.chunks(system).committed == 0 {
      try requireRunning(children)
      guard ContinuousClock.now < enrolment else { return false }
      try await Task.sleep(for: .milliseconds(200))
    }
    let interval = Duration.seconds(3)
    let deadline = ContinuousClock.now + warmUp + .seconds(rampSeconds)
    try await Task.sleep(for: .seconds(rampSeconds))
    var earlier = await PipelineReading.chunks(system)
    var since = ContinuousClock.now
    while ContinuousClock.now < deadline {
      try requireRunning(children)
      try await Task.sleep(for: interval)
      let now = await PipelineReading.chunks(system)
      let due = expectedPerSecond * ((ContinuousClock.now - since) / .seconds(1))
      let isSteady = [now.committed - earlier.committed, now.analysed - earlier.analysed].allSatisfy {
        // More than is due is a backlog that is being worked off.
        $0 >= 0.9 * due - 1 && $0 <= 1.1 * due + Double(count)
      }
      if isSteady { return true }
      (earlier, since) = (now, .now)
    }
    return false
  }
}
