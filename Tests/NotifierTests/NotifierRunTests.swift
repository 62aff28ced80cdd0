import AlertDelivery
import Findings
import Foundation
import KeyVaultClient
import Logging
import Notifier
import RhythmScripts
import Sealing
import Store
import Testing
import Wire

@Suite("The running service on a store on disk")
struct NotifierRunTests {
  private static let iv = SessionIV([UInt8](repeating: 9, count: 12))!  // Twelve bytes make an IV.
  private static let version = KeyVersion(rawValue: 1)
  private static let webhook = AlertNotice.Receiver.webhook("webhook")

  private func notifier(
    _ store: SQLiteStore, _ keys: FixedKeySource, _ receiver: RecordingTransport, now: UInt64
  ) throws -> NotifierService {
    try NotifierService(
      configuration: NotifierConfiguration(
        webhooks: [WebhookConfiguration(url: "https://localhost/", secret: CredentialFile(path: "/nowhere"))]),
      chunks: store, findings: store, alerts: store, registry: store, changes: store, keys: keys,
      logger: Logger(label: "test"), now: { now }, jitter: { 1 }, transports: [Self.webhook: receiver])
  }

  private func commit(_ findings: [Finding], to store: SQLiteStore, key: SecretBytes, now: UInt64) async throws {
    let reference = Names.reference
    let chunks = findings.map { finding in
      ReceivedChunk(
        device: reference.device,
        header: ChunkHeader(
          keyVersion: Self.version, nonce: Self.iv.nonce(sequence: finding.sequence), session: reference.session,
          sequence: finding.sequence, kind: .ecgLeadI, firstSample: finding.firstSample, count: 187,
          nanovoltsPerLSB: 5000, captureTime: finding.captureTime, isClockSynchronised: true,
          firmware: FirmwareVersion(rawValue: 0x10000)),
        message: Array("chunk \(finding.sequence)".utf8), receivedAt: now)
    }
    _ = try await store.commit(ChunkBatch(chunks: chunks))
    let claim = try #require(
      try await store.claim(reference, owner: "test", leaseUntil: now + 1_000_000_000, now: now))
    let seal = try FindingsSeal(
      key: SessionKey(
        deviceKey: key, device: reference.device, session: reference.session, iv: Self.iv, purpose: .findings),
      reference: reference)
    let sealed = try findings.map { SealedFinding(sequence: $0.sequence, box: try seal.seal($0)) }
    let through = try #require(findings.last).sequence
    let lost = try await store.commit(
      [
        AnalysisCommit(
          reference: reference, epoch: claim.epoch, analysedThrough: through, findings: sealed, checkpoint: nil,
          refusedChunks: 0)
      ], now: now)
    #expect(lost.isEmpty)
  }

  @Test("findings that another process commits become a message; a restart adds nothing")
  func runs() async throws {
    let directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: directory) }
    let store = try await SQLiteStore.open(directory: directory, writing: [.chunks, .findings, .alerts, .registry])
    let key = try SecretBytes(randomCount: 32)
    let keys = try FixedKeySource(deviceKeys: [Names.device: [Self.version: key]])
    let receiver = RecordingTransport()
    var script = RhythmScript()
    script.rhythm(60, rate: 75)
    script.rhythm(60, rate: 135)
    script.rhythm(60, rate: 75)
    let now = RhythmScript.epoch + 180_000_000

    let service = try notifier(store, keys, receiver, now: now)
    let run = Task { try await service.run() }
    try await commit(script.findings(), to: store, key: key, now: now)
    var occasions: Set<String> = []
    for await notice in receiver.deliveries {
      occasions.insert(notice.occasion.name)
      if occasions.count == 2 { break }
    }
    #expect(occasions == ["opened", "resolved"])
    #expect(service.isReady)
    run.cancel()
    try await run.value

    let again = try notifier(store, keys, receiver, now: now)
    try await again.evaluate()
    try await again.deliverDue()
    let summary = try await store.summary()
    #expect(summary.opened == 1)
    #expect(summary.unresolved == 0)
    #expect(receiver.taken.count == 2)
    #expect(try await store.policyStates().count == 1)
    store.close()
  }
}
