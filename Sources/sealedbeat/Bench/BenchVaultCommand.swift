import ArgumentParser
import Foundation

/// `sealedbeat bench vault`: what keys cost.
struct BenchVaultCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vault",
    abstract: "Measure releases, rewrap, unseal, audit verification, recovery and revocation of the key vault.",
    discussion: """
      Works on vaults of its own in --directory, which should be on the disk that the real one is on, and removes them. JSON:
        releases[]   perSecond, perCoreSecond (per second of CPU time), p50/p99 in milliseconds, ratioToGoal (5,000)
        rewrap, auditVerify   count, seconds, perSecond, ratioToGoal, ratioToLimit (AES-256-GCM or SHA-256 alone)
        unseal…Milliseconds, recovery {deviceKeys, openSeconds, firstReleaseSeconds, reportSeconds}
        revocation {devices, medianMilliseconds, longestMilliseconds}: of a whole system with a real mosquitto
      """)

  @Option(help: ArgumentHelp("Where the vaults are made.", valueName: "dir")) var directory: String?
  @Option(help: "Seconds for which each kind of release is measured.") var seconds = 5.0
  @Option(help: "Callers at once.") var callers = 64
  @Option(help: "Keys that are rewrapped.") var rewrapKeys = 200_000
  @Option(help: "Entries of the log that is verified.") var auditEntries = 1_000_000
  @Option(help: "Device keys of the vault that is recovered.") var recoveryKeys = 1_000_000
  @Option(help: "Streaming devices that are revoked; 0 starts no system.") var revocations = 20
  @Flag(help: "Print JSON instead of a table.") var json = false

  func validate() throws {
    guard (0.1...600).contains(seconds), (1...1000).contains(callers) else {
      throw ValidationError("--seconds lies from 0.1 to 600, --callers from 1 to 1000.")
    }
    guard (1...9_999_999).contains(rewrapKeys), (1...100_000_000).contains(auditEntries),
      (1...9_999_999).contains(recoveryKeys), (0...200).contains(revocations)
    else {
      throw ValidationError(
        "--revocations lies from 0 to 200, --rewrap-keys and --recovery-keys lie from 1 to 9999999.")
    }
  }

  func run() async throws {
    try await VaultFault.reported {
      let base = directory.map { URL(fileURLWithPath: $0, isDirectory: true) } ?? FileManager.default.temporaryDirectory
      let place = base.appending(path: "bench-vault-\(UUID().uuidString)", directoryHint: .isDirectory)
      try FileManager.default.createDirectory(
        at: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      defer { try? FileManager.default.removeItem(at: place) }
      var reading = VaultReading(machine: PipelineMachine())
      reading.loadAverageBefore = PipelineMachine.loadAverage
      let benchmark = VaultBenchmark(place: place.path)
      reading.fsyncsPerSecond = try benchmark.durableAppends()
      progress("releases")
      reading.releases = try await benchmark.releases(seconds: seconds, callers: callers)
      progress("rewrap of \(rewrapKeys) keys")
      reading.rewrap = try benchmark.rewrap(rewrapKeys)
      progress("unseal")
      (reading.unsealKeyFileMilliseconds, reading.unsealPassphraseMilliseconds) = try benchmark.unseal()
      progress("verification of \(auditEntries) entries")
      reading.auditVerify = try await benchmark.verify(entries: auditEntries)
      progress("recovery of \(recoveryKeys) keys")
      reading.recovery = try await benchmark.recovery(of: recoveryKeys)
      if revocations > 0 {
        progress("revocation of \(revocations) devices")
        reading.revocation = try await RevocationBenchmark(directory: place.path, devices: revocations).run()
      }
      print(json ? try reading.prettyJSON() : reading.table)
    }
  }

  private func progress(_ what: String) {
    FileHandle.standardError.write(Data("bench vault: \(what)\n".utf8))
  }
}
