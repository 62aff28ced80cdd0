import Foundation
import Glibc
import KeyVault
import KeyVaultClient
import Logging
import Sealing
import Synchronization
import Wire

/// Makes vaults and measures them.
struct VaultBenchmark {
  static let releaseGoal = 5000.0
  static let rewrapGoal = 20_000.0
  static let verifyGoal = 500_000.0
  /// Devices whose sessions are released.
  private static let fleet = 1000

  let place: String

  /// Durable appends of 4 KiB a second, measured for one second.
  func durableAppends() throws -> Double {
    let descriptor = open("\(place)/appends", O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ConfigurationFault("\(place) cannot be written to.") }
    defer {
      close(descriptor)
      unlink("\(place)/appends")
    }
    let block = [UInt8](repeating: 0, count: 4096)
    let start = ContinuousClock.now
    var count = 0
    while ContinuousClock.now - start < .seconds(1) {
      guard write(descriptor, block, block.count) == block.count, fsync(descriptor) == 0 else { break }
      count += 1
    }
    return Double(count) / (ContinuousClock.now - start).inSeconds
  }

  // MARK: Releases

  func releases(seconds: Double, callers: Int) async throws -> [VaultReading.Releases] {
    let vault = try vault("releases", devices: Self.fleet)
    for purpose in [GrantPurpose.session, .findings] {
      _ = try vault.addGrant(.decryptor, device: nil, purpose: purpose, actor: "bench")
    }
    let inProcess = try await measure("in-process", seconds: seconds, callers: callers) { number in
      let request = try Self.session(number)
      guard case .released = try await vault.sessionKeys([request], for: .decryptor).first else {
        throw ConfigurationFault("The vault refused a key.")
      }
    }
    try vault.provision(directory: "\(place)/credentials", allowsDisk: true)
    let server = try VaultServer(
      door: VaultDoor(opened: vault), serviceAddress: .init(host: "127.0.0.1", port: 0),
      enrolmentAddress: .init(host: "127.0.0.1", port: 0),
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    let serving = Task { try await server.run() }
    defer { serving.cancel() }
    let url = "https://localhost:\(await server.ports().service)"
    let client = try VaultClient(
      VaultClientConfiguration(url: url, credentials: "\(place)/credentials/svc.decryptor"))
    let overTLS = try await measure("https", seconds: seconds, callers: callers) { number in
      let session = try Self.session(number)
      let request = SessionKeyRequest(
        reference: SessionReference(device: session.device, session: session.session), iv: session.iv,
        keyVersion: session.version, purposes: [.session])
      guard case .released = try await client.sessionKeys([request]).first else {
        throw ConfigurationFault("The vault refused a key.")
      }
    }
    await client.close()
    return [inProcess, overTLS]
  }

  private func measure(
    _ path: String, seconds: Double, callers: Int, _ release: @escaping @Sendable (Int) async throws -> Void
  ) async throws -> VaultReading.Releases {
    let tickets = Tickets()
    let start = ContinuousClock.now
    let cpu = Self.cpuSeconds
    let end = start + .seconds(seconds)
    let times = try await withThrowingTaskGroup(of: [Double].self) { group in
      for _ in 0..<callers {
        group.addTask {
          var times: [Double] = []
          while ContinuousClock.now < end {
            let began = ContinuousClock.now
            try await release(tickets.take())
            times.append((ContinuousClock.now - began).inSeconds * 1000)
          }
          return times
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }.sorted()
    }
    let elapsed = (ContinuousClock.now - start).inSeconds
    let perCore = Double(times.count) / max(1e-9, Self.cpuSeconds - cpu)
    func percentile(_ share: Double) -> Double {
      times.isEmpty ? 0 : times[min(times.count - 1, Int(Double(times.count) * share))]
    }
    return VaultReading.Releases(
      path: path, callers: callers, releases: times.count, perSecond: (Double(times.count) / elapsed).rounded(),
      perCoreSecond: perCore.rounded(), p50Milliseconds: percentile(0.5), p99Milliseconds: percentile(0.99),
      ratioToGoal: perCore / Self.releaseGoal)
  }

  // MARK: Rewrap, unseal, verification, recovery

  func rewrap(_ count: Int) throws -> VaultReading.Rate {
    let vault = try vault("rewrap", devices: count)
    _ = try vault.rotateTenantKey(reason: "benchmark", actor: "bench")
    let start = ContinuousClock.now
    var position: KeyAuthority.RewrapPosition? = .start
    while let next = position { position = try vault.rewrap(after: next, actor: "bench") }
    let seconds = (ContinuousClock.now - start).inSeconds
    let rate = Double(count) / seconds
    return VaultReading.Rate(
      count: count, seconds: seconds, perSecond: rate.rounded(), ratioToGoal: rate / Self.rewrapGoal,
      ratioToLimit: rate / (try wrapsPerSecond() / 2))
  }

  func unseal() throws -> (keyFile: Double, passphrase: Double) {
    func time(_ name: String, _ root: RootKeySource) throws -> Double {
      do { _ = try KeyAuthority.create(directory: "\(place)/\(name)", root: root) }
      let start = ContinuousClock.now
      _ = try KeyAuthority.open(directory: "\(place)/\(name)", root: root)
      return (ContinuousClock.now - start).inSeconds * 1000
    }
    try RootKeySource.createKeyFile(path: "\(place)/unseal.key")
    let passphrase = "\(place)/passphrase"
    guard
      FileManager.default.createFile(
        atPath: passphrase, contents: Data("a passphrase for a benchmark\n".utf8),
        attributes: [.posixPermissions: 0o600])
    else { throw ConfigurationFault("\(passphrase) cannot be written.") }
    return (
      try time("key-file", .keyFile(path: "\(place)/unseal.key")),
      try time("passphrase-vault", .passphraseFile(path: passphrase))
    )
  }

  func verify(entries: Int) async throws -> VaultReading.Rate {
    let key: [UInt8]
    do {
      let vault = try vault("audit", devices: Self.fleet)
      key = vault.auditPublicKey
      _ = try vault.addGrant(.decryptor, device: nil, purpose: .session, actor: "bench")
      for start in stride(from: 0, to: entries, by: ReleaseRequest.batchLimit) {
        let batch = try (start..<min(start + ReleaseRequest.batchLimit, entries)).map { try Self.session($0) }
        _ = try await vault.sessionKeys(batch, for: .decryptor)
      }
    }
    let start = ContinuousClock.now
    let summary = try AuditVerifier.verify(directory: "\(place)/audit", publicKey: key)
    let seconds = (ContinuousClock.now - start).inSeconds
    let rate = Double(summary.count) / seconds
    return VaultReading.Rate(
      count: Int(summary.count), seconds: seconds, perSecond: rate.rounded(), ratioToGoal: rate / Self.verifyGoal,
      ratioToLimit: rate / chainStepsPerSecond())
  }

  func recovery(of count: Int) async throws -> VaultReading.Recovery {
    let vault = try vault("large", devices: count)
    _ = try vault.addGrant(.decryptor, device: nil, purpose: .session, actor: "bench")
    _ = try await vault.sessionKeys([Self.session(0)], for: .decryptor)
    // As a kill leaves it: the file and its log, without any close.
    let copy = "\(place)/copy"
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: "\(place)/large/vault.sqlite\(suffix)") {
      try FileManager.default.copyItem(
        atPath: "\(place)/large/vault.sqlite\(suffix)", toPath: "\(copy)/vault.sqlite\(suffix)")
    }
    let size = try FileManager.default.attributesOfItem(atPath: "\(copy)/vault.sqlite")[.size] as? Int ?? 0
    let start = ContinuousClock.now
    let opened = try KeyAuthority.open(directory: copy, root: .keyFile(path: "\(place)/large.key"))
    let openSeconds = (ContinuousClock.now - start).inSeconds
    let released = ContinuousClock.now
    _ = try await opened.sessionKeys([Self.session(1, fleet: count)], for: .decryptor)
    let releaseSeconds = (ContinuousClock.now - released).inSeconds
    let reported = ContinuousClock.now
    _ = try opened.report()
    return VaultReading.Recovery(
      deviceKeys: count, fileBytes: size, openSeconds: openSeconds, firstReleaseSeconds: releaseSeconds,
      reportSeconds: (ContinuousClock.now - reported).inSeconds)
  }

  // MARK: Parts

  private func vault(_ name: String, devices: Int) throws -> KeyAuthority {
    try RootKeySource.createKeyFile(path: "\(place)/\(name).key")
    let vault = try KeyAuthority.create(directory: "\(place)/\(name)", root: .keyFile(path: "\(place)/\(name).key"))
    try vault.addFleet(0..<devices)
    return vault
  }

  private static func session(_ number: Int, fleet: Int = fleet) throws -> ReleaseRequest {
    guard let device = DeviceID(KeyAuthority.fleetName(number % fleet)),
      let session = SessionID(try SecureRandom.bytes(SessionID.byteCount)),
      let iv = SessionIV(try SecureRandom.bytes(SessionIV.byteCount))
    else { throw ConfigurationFault("A random session is none.") }
    return ReleaseRequest(
      device: device, session: session, iv: iv, version: KeyVersion(rawValue: 1), purposes: [.session])
  }

  /// What the cipher alone does: wraps of a 32-byte key a second.
  private func wrapsPerSecond() throws -> Double {
    let wrap = try KeyWrap(keyEncryptionKey: SecretBytes(randomCount: AEAD.keySize))
    let key = try SecretBytes(randomCount: AEAD.keySize)
    let context = [UInt8](repeating: 0, count: 64)
    let start = ContinuousClock.now
    let count = 100_000
    for _ in 0..<count { _ = try wrap.wrap(key, context: context) }
    return Double(count) / (ContinuousClock.now - start).inSeconds
  }

  /// What the hash alone does: steps of the chain a second, over entries of the usual length.
  private func chainStepsPerSecond() -> Double {
    let entry = [UInt8](repeating: 0x61, count: 140)
    var head = AuditHash.empty
    let start = ContinuousClock.now
    let count = 200_000
    for _ in 0..<count { head = .node(head, .leaf(entry)) }
    return Double(count) / (ContinuousClock.now - start).inSeconds
  }

  private static var cpuSeconds: Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}

/// Numbers the releases of all callers.
private final class Tickets: Sendable {
  private let next = Atomic<Int>(0)

  func take() -> Int { next.add(1, ordering: .relaxed).oldValue }
}

extension Duration {
  /// In seconds.
  fileprivate var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
