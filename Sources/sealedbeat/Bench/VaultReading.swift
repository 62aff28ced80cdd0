import Foundation

/// What `sealedbeat bench vault` measured.
struct VaultReading: Encodable {
  /// Releases of session keys, each durable in the audit log before its answer.
  struct Releases: Encodable {
    /// `in-process`: the vault's own call; `https`: mutual TLS 1.3, the client in the same process and on the same cores.
    let path: String
    let callers: Int
    /// Sessions in one request.
    let batch: Int
    let releases: Int
    let perSecond: Double
    /// Releases for each second of CPU time of the whole process: what one core carries.
    let perCoreSecond: Double
    let p50Milliseconds: Double
    let p99Milliseconds: Double
    /// `perCoreSecond` over the goal of 5,000.
    let ratioToGoal: Double
  }

  /// A rate, with what one core does of it and the goal.
  struct Rate: Encodable {
    let count: Int
    let seconds: Double
    let perSecond: Double
    let ratioToGoal: Double
    /// Over what the machine's AES-256-GCM or SHA-256 alone did in this run.
    let ratioToLimit: Double
  }

  /// A vault of many devices, copied as a kill leaves it, and opened.
  struct Recovery: Encodable {
    let deviceKeys: Int
    let fileBytes: Int
    let openSeconds: Double
    let firstReleaseSeconds: Double
    let reportSeconds: Double
  }

  /// Devices that streamed and were revoked: from the request until mosquitto had cut the connection.
  struct Revocation: Encodable {
    let devices: Int
    let medianMilliseconds: Double
    let longestMilliseconds: Double
    /// The longest over the 2,000 ms of the goal: below 1 is met.
    let ratioToGoal: Double
  }

  let machine: PipelineMachine
  var loadAverageBefore = 0.0
  /// Appends of 4 KiB with fsync in the same directory: the limit of durable transactions.
  var fsyncsPerSecond = 0.0
  var releases: [Releases] = []
  /// Goal: 20,000 keys a second.
  var rewrap: Rate?
  /// Opening a vault with a key file, and with a passphrase (scrypt), in milliseconds.
  var unsealKeyFileMilliseconds: Double?
  var unsealPassphraseMilliseconds: Double?
  /// Goal: 500,000 entries a second.
  var auditVerify: Rate?
  var recovery: Recovery?
  var revocation: Revocation?

  var table: String {
    var lines = [
      "\(machine.processor), \(machine.cores) cores, load \(loadAverageBefore) before",
      String(format: "  %.0f durable appends (4 KiB, fsync) a second in this directory", fsyncsPerSecond),
    ]
    for one in releases {
      lines.append(
        String(
          format:
            "  releases, %@, %d callers, %d a request: %.0f/s, %.0f per core second (%.2f × goal), p50 %.2f ms, p99 %.2f ms",
          one.path, one.callers, one.batch, one.perSecond, one.perCoreSecond, one.ratioToGoal, one.p50Milliseconds,
          one.p99Milliseconds))
    }
    func line(_ name: String, _ rate: Rate?) {
      guard let rate else { return }
      lines.append(
        String(
          format: "  %@: %d in %.2f s, %.0f/s (%.2f × goal, %.2f of the cipher's or hash's own speed)", name,
          rate.count,
          rate.seconds, rate.perSecond, rate.ratioToGoal, rate.ratioToLimit))
    }
    line("rewrap", rewrap)
    line("audit verify", auditVerify)
    if let unsealKeyFileMilliseconds, let unsealPassphraseMilliseconds {
      lines.append(
        String(
          format: "  unseal: %.1f ms with a key file, %.0f ms with a passphrase", unsealKeyFileMilliseconds,
          unsealPassphraseMilliseconds))
    }
    if let recovery {
      lines.append(
        String(
          format:
            "  recovery: %d device keys (%.0f MiB) open in %.3f s after a kill, first release %.4f s, report %.2f s",
          recovery.deviceKeys, Double(recovery.fileBytes) / 1_048_576, recovery.openSeconds,
          recovery.firstReleaseSeconds, recovery.reportSeconds))
    }
    if let revocation {
      lines.append(
        String(
          format: "  revocation of %d streaming devices, until each was cut: median %.1f ms, longest %.1f ms",
          revocation.devices, revocation.medianMilliseconds, revocation.longestMilliseconds))
    }
    return lines.joined(separator: "\n")
  }
}
