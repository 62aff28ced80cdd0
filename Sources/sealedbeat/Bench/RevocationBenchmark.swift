import Foundation
import Glibc
import KeyVault
import KeyVaultClient
import Logging
import Wire

/// Revokes devices that stream through a whole system, one after another, and measures each from the request until the
/// gatekeeper has said that mosquitto cut the connection.
struct RevocationBenchmark: Sendable {
  /// From the command to the cut, in milliseconds.
  static let goal = 2000.0
  /// Longest wait for the first chunk of the devices, in seconds.
  private static let warmUp = 60.0

  let directory: String
  let devices: Int

  func run() async throws -> VaultReading.Revocation {
    try await BenchSystem.run(in: "\(directory)/system", logger: Logger(label: "bench")) { try await measure($0) }
  }

  private func measure(_ system: LocalSystem) async throws -> VaultReading.Revocation {
    let fleet = BenchFleet(system: system, count: devices)
    try await fleet.claim()
    let children = try await fleet.start()
    let result: Result<[Double], any Error>
    do {
      try await waitUntilStreaming(system, fleet, children)
      result = .success(try await revoke(system))
    } catch {
      result = .failure(error)
    }
    // They are revoked: nothing that they hold could be sent any more.
    for child in children { child.signal(SIGKILL) }
    for child in children { _ = await child.ended() }
    let times = try result.get().sorted()
    guard let median = times.isEmpty ? nil : times[times.count / 2], let longest = times.last else {
      throw SupervisionFault("No device was revoked.")
    }
    return VaultReading.Revocation(
      devices: times.count, medianMilliseconds: median, longestMilliseconds: longest,
      ratioToGoal: longest / Self.goal)
  }

  private func waitUntilStreaming(
    _ system: LocalSystem, _ fleet: BenchFleet, _ children: [ChildProcess]
  ) async throws {
    let deadline = ContinuousClock.now + .seconds(Self.warmUp + fleet.rampSeconds)
    // Two chunks of each: every one of them is connected and has had a receipt.
    while await PipelineReading.chunks(system).committed < Double(2 * devices) {
      try fleet.requireRunning(children)
      guard ContinuousClock.now < deadline else { throw SupervisionFault("The devices do not stream.") }
      try await Task.sleep(for: .milliseconds(100))
    }
  }

  private func revoke(_ system: LocalSystem) async throws -> [Double] {
    try await BenchSystem.withOperator(of: system) { vault in
      var times: [Double] = []
      for index in 0..<devices {
        guard let device = DeviceID("bench-0-\(index)") else { continue }
        let start = ContinuousClock.now
        let answer = try await vault.revoke(device, reason: "benchmark")
        guard answer.isCut else { throw SupervisionFault("The gatekeeper did not say that \(device) was cut.") }
        times.append((ContinuousClock.now - start) / .milliseconds(1))
      }
      return times
    }
  }
}
