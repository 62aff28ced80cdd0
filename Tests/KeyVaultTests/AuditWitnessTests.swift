import Foundation
import KeyVault
import Logging
import Synchronization
import Testing
import Wire

@Suite("Witnesses of the audit log")
struct AuditWitnessTests {
  @Test("A witness that fails is asked less and less often, alarms once, and its recovery is told")
  func policy() {
    var policy = WitnessPolicy(interval: .seconds(1), longestPause: .seconds(60), alarmAfter: .seconds(300))
    #expect(policy.pause == .seconds(1))
    #expect(policy.delivered(at: .zero) == [.began])
    #expect(policy.delivered(at: .seconds(1)) == [])
    var pauses: [Duration] = []
    for _ in 0..<8 {
      #expect(policy.failed(at: .seconds(10)) == [])
      pauses.append(policy.pause)
    }
    #expect(pauses == [2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
    #expect(policy.failed(at: .seconds(309)) == [])
    #expect(policy.failed(at: .seconds(310)) == [.failing(.seconds(300))])
    #expect(policy.failed(at: .seconds(900)) == [])
    #expect(policy.delivered(at: .seconds(1010)) == [.recovered(.seconds(1000))])
    #expect(policy.pause == .seconds(1))
    #expect(policy.failed(at: .seconds(2000)) == [])
    #expect(policy.delivered(at: .seconds(2001)) == [])
  }

  /// Fails some times, then takes everything and tells of it.
  private final class Receiver: WitnessSink {
    let name = "file"
    let taken: AsyncStream<AuditCheckpoint>
    private let tell: AsyncStream<AuditCheckpoint>.Continuation
    private let failures: Mutex<Int>

    init(failures: Int) {
      self.failures = Mutex(failures)
      (taken, tell) = AsyncStream.makeStream()
    }

    func record(_ checkpoint: AuditCheckpoint) async throws(WitnessFailure) {
      let fails = failures.withLock { left in
        defer { left = max(0, left - 1) }
        return left > 0
      }
      if fails { throw WitnessFailure("not now") }
      tell.yield(checkpoint)
    }

    func close() async { tell.finish() }
  }

  @Test(
    "The service hands over the latest head, alarms in the log while it cannot, and hands over the last one at its end")
  func service() async throws {
    try await TemporaryDirectory.with { directory in
      let authority = try RunningVault.newVault(in: directory)
      let receiver = Receiver(failures: 3)
      let service = WitnessService(
        door: VaultDoor(opened: authority), sinks: [receiver],
        policy: WitnessPolicy(interval: .milliseconds(1), longestPause: .milliseconds(2), alarmAfter: .zero),
        logger: CapturedLog().logger)
      try await withThrowingTaskGroup(of: Void.self) { group in
        group.addTask { try await service.run() }
        var taken = receiver.taken.makeAsyncIterator()
        let first = try #require(await taken.next())
        #expect(first.isSigned(by: authority.auditPublicKey))
        var second: AuditCheckpoint? = first
        // Its recovery is an entry too, whose checkpoint follows.
        while second != nil, second?.count == first.count { second = await taken.next() }
        #expect(second?.isSigned(by: authority.auditPublicKey) == true)
        group.cancelAll()
        try await group.waitForAll()
        var last = second
        while let next = await taken.next() { last = next }
        #expect(last == (try authority.auditHead()))
      }
      let entries = try authority.auditEntries(AuditSelection(object: "witness/file"))
      #expect(entries.map(\.action) == [.alarm, .witness])
    }
  }

  @Test("The witness's file takes a line for each checkpoint, survives what a crash left, and must not be edited")
  func file() async throws {
    try await AuditHistory.with { history in
      let path = history.directory + "/witness"
      let sink = try WitnessFile(path: path)
      let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
      let first = try authority.auditHead()
      try await sink.record(first)
      try authority.recordClose()
      let handle = try #require(FileHandle(forWritingAtPath: path))
      try handle.seekToEnd()
      try handle.write(contentsOf: Data(#"{"chain":"00"#.utf8))
      try handle.close()
      try await sink.record(try authority.auditHead())
      let summary = try AuditVerifier.verify(directory: history.vault, publicKey: history.key, witness: path)
      #expect(summary.witnessed == 2)

      let text = try String(contentsOfFile: path, encoding: .utf8)
      for changed in [
        text.replacing("\"count\":\(first.count)", with: "\"count\":\(first.count + 1)"), text + "{}\n",
        text.replacing("\"vault\":\"", with: "\"vault\":\"00"),
      ] {
        try changed.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(history.finding(history.vault, witness: path) != nil)
      }
      #expect(throws: VaultError(.storage, "")) { try WitnessFile(path: history.directory) }
    }
  }

  @Test(
    "A vault that was rolled back is found by its witness before it opens, and a restore that was meant stays on record"
  )
  func rollback() async throws {
    try await AuditHistory.with { history in
      let path = history.directory + "/witness"
      let old = history.directory + "/old"
      let sink = try WitnessFile(path: path)
      #expect(try WitnessRollback.find(directory: history.vault, file: path) == nil)
      try FileManager.default.copyItem(atPath: history.vault, toPath: old)
      let lost: AuditCheckpoint
      do {
        let authority = try KeyAuthority.open(directory: history.vault, root: history.root)
        try await sink.record(try authority.auditHead())
        try authority.recordClose()
        lost = try authority.auditHead()
        try await sink.record(lost)
      }
      #expect(try WitnessRollback.find(directory: history.vault, file: path) == nil)
      #expect(history.finding(history.vault, witness: path) == nil)

      // The old files are put back.
      let rollback = try #require(try WitnessRollback.find(directory: old, file: path))
      #expect(rollback.refusal == VaultError(.corrupted, ""))
      #expect(rollback.refusal.reason.contains("--accept-rollback"))
      #expect(history.finding(old, witness: path)?.sequence == history.count + 1)
      // Going on all the same, beyond what the witness saw, does not hide it.
      do {
        let authority = try KeyAuthority.open(directory: old, root: history.root)
        for _ in 0..<3 { try authority.recordClose() }
      }
      #expect(try WitnessRollback.find(directory: old, file: path) != nil)
      #expect(history.finding(old, witness: path)?.sequence == history.count + 1)
      do {
        let authority = try KeyAuthority.open(directory: old, root: history.root)
        try authority.accept(rollback, actor: "local")
        try await sink.record(try authority.auditHead())
      }
      #expect(try WitnessRollback.find(directory: old, file: path) == nil)
      let summary = try AuditVerifier.verify(directory: old, publicKey: history.key, witness: path)
      #expect(summary.acceptedRollbacks == ["\(lost.count):\(lost.chain.hex)"])
      #expect(summary.witnessed == 1)
      // What was given up is not excused a second time.
      #expect(try WitnessRollback.find(directory: history.vault, file: path) != nil)
    }
  }

  @Test("A witness's file that was in use and is gone or emptied keeps the vault shut; one that never was does not")
  func lostFile() async throws {
    try await TemporaryDirectory.with { directory in
      let path = directory + "/witness"
      let vault = directory + "/vault"
      do {
        let authority = try RunningVault.newVault(in: directory)
        #expect(try WitnessRollback.find(directory: vault, file: path) == nil)
        try authority.recordReading(.witness, actor: "local", object: "witness/file", reason: "takes checkpoints")
      }
      for lose in [{}, { try Data().write(to: URL(fileURLWithPath: path)) }] as [() throws -> Void] {
        try lose()
        let rollback = try #require(try WitnessRollback.find(directory: vault, file: path))
        #expect(rollback.finding.contains("in use"))
      }
    }
  }

  @Test("A webhook is https, or http on a loopback address")
  func addresses() async throws {
    for url in ["http://example.org/", "ftp://localhost/", "witness", ""] {
      #expect(throws: VaultError(.badRequest, ""), "\(url)") { _ = try WitnessHook(url: url, authorityFile: nil) }
    }
    for url in ["https://example.org/", "http://127.0.0.1:1/"] {
      await (try WitnessHook(url: url, authorityFile: nil)).close()
    }
    // Nobody listens on port 1.
    let hook = try WitnessHook(url: "http://127.0.0.1:1/", authorityFile: nil)
    let checkpoint = AuditCheckpoint(count: 1, chain: .empty, root: .empty, time: 0, vault: [])
    await #expect(throws: WitnessFailure.self) { try await hook.record(checkpoint) }
    await hook.close()
  }
}
