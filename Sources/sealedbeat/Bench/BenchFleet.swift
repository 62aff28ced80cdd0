import Foundation
import Glibc
import KeyVault
import KeyVaultClient
import Wire

/// The simulated devices of a benchmark: claimed with the operator's identity, streaming in processes of their own.
struct BenchFleet: Sendable {
  /// Most devices of one process: each takes five descriptors (connection, wake-up pair, two for its certificates),
  /// and 20,000 is a usual limit.
  private static let devicesPerProcess = 2500
  /// Claims under way at a time; the vault commits them one by one.
  private static let concurrentClaims = 16
  /// Connections that begin in a second: a TLS handshake with two certificates costs mosquitto about a millisecond.
  private static let connectionsPerSecond = 250.0
  /// Longest wait for the last receipts.
  private static let drainSeconds = 20.0

  /// What a process of devices writes at its end.
  struct Summary: Decodable {
    var chunksSealed = 0
    var held = 0
  }

  let system: LocalSystem
  let count: Int

  private var folder: String { "\(system.runtime.path)/fleet" }
  private var shares: [Int] {
    let processes = (count + Self.devicesPerProcess - 1) / Self.devicesPerProcess
    return (0..<processes).map { count * ($0 + 1) / processes - count * $0 / processes }
  }

  /// How long the start is spread out, in seconds: whole chunks, so that devices end their chunks at different times.
  var rampSeconds: Double {
    let chunk = Double(ChunkHeader.maximumSampleCount) / 125
    return max(1, (Double(count) / Self.connectionsPerSecond / chunk).rounded(.up)) * chunk
  }

  /// The devices' names.
  var devices: [DeviceID] {
    shares.enumerated().flatMap { process, share in (0..<share).map { Self.device(process, $0) } }
  }

  private static func device(_ process: Int, _ index: Int) -> DeviceID {
    // Lower-case letters, digits and hyphens, at most 32.
    DeviceID("bench-\(process)-\(index)")!
  }

  /// Makes a claim and a bundle for every device.
  func claim() async throws {
    var devices: [(DeviceID, String)] = []
    for (process, share) in shares.enumerated() {
      let bundles = "\(folder)-\(process)"
      try DataDirectory.make(bundles)
      for index in 0..<share { devices.append((Self.device(process, index), "\(bundles)/\(index).json")) }
    }
    do {
      try await BenchSystem.withOperator(of: system) { vault in
        try await withThrowingTaskGroup(of: Void.self) { group in
          for (index, (device, file)) in devices.enumerated() {
            if index >= Self.concurrentClaims { try await group.next() }
            group.addTask { try await write(device, file, vault) }
          }
          try await group.waitForAll()
        }
      }
    } catch {
      throw SupervisionFault("The devices cannot be claimed: \(error)")
    }
  }

  private func write(_ device: DeviceID, _ file: String, _ vault: VaultOperator) async throws {
    let answer = try await vault.claim(device, lifeSeconds: 3600)
    try ProvisioningBundle(
      device: device, claimToken: answer.claim.token, enrolURL: system.addresses.enrolURL,
      serviceURL: system.addresses.vaultURL, caPEM: answer.caPEM, hpkePublicKey: answer.hpkePublicKey,
      mqttHost: system.addresses.mqttHost, mqttPort: system.addresses.mqttPort
    ).write(to: file)
  }

  /// Starts the devices.
  func start() async throws -> [ChildProcess] {
    var children: [ChildProcess] = []
    for (process, share) in shares.enumerated() {
      try DataDirectory.make("\(folder)-\(process)-state")
      let arguments = [
        "device", "fleet", "--count", "\(share)", "--state-dir", "\(folder)-\(process)-state", "--provisioning-dir",
        "\(folder)-\(process)", "--speed", "1", "--seed", "\(process * Self.devicesPerProcess)", "--ramp",
        "\(rampSeconds)", "--drain-timeout", "\(Self.drainSeconds)", "--summary", summaryFile(process),
      ]
      children.append(
        try await ChildProcess.spawn(
          system.specification("fleet-\(process)", arguments, credentials: nil, healthPort: nil)))
    }
    return children
  }

  /// Fails when a process of devices has ended by itself; its log tells why.
  func requireRunning(_ children: [ChildProcess]) throws {
    for (process, child) in children.enumerated() where ProcessReading.hasEnded(child.identifier) {
      let log = (try? String(contentsOfFile: "\(system.data.logs)/fleet-\(process).log", encoding: .utf8)) ?? ""
      throw SupervisionFault("The devices ended by themselves: \(log.split(separator: "\n").last ?? "no log")")
    }
  }

  /// Ends the devices, which send what they hold.
  /// - Returns: what all of them sealed; `nil` when a process told nothing.
  func end(_ children: [ChildProcess]) async -> Summary? {
    for child in children { child.signal(SIGTERM) }
    let killer = Task {
      try await Task.sleep(for: .seconds(Self.drainSeconds + 20))
      for child in children { child.signal(SIGKILL) }
    }
    for child in children { _ = await child.ended() }
    killer.cancel()
    var total = Summary()
    for process in shares.indices {
      guard let contents = FileManager.default.contents(atPath: summaryFile(process)),
        let summary = try? JSONDecoder().decode(Summary.self, from: contents)
      else { return nil }
      total.chunksSealed += summary.chunksSealed
      total.held += summary.held
    }
    return total
  }

  private func summaryFile(_ process: Int) -> String { "\(folder)-\(process)-summary.json" }
}
