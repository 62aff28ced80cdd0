import AlertDelivery
import Findings
import KeyVaultClient
import Logging
import Notifier
import RhythmScripts
import Sealing
import Store
import Synchronization
import Wire

/// A store, a vault, a clock and receivers that outlive the notifiers that are started and killed on them.
final class Ward: Sendable {
  static let mailbox = MailAddress("ward@clinic.example")!  // A valid address.

  let store = MemoryStore()
  let keys: FixedKeySource
  let receiver = RecordingTransport()
  let configuration: NotifierConfiguration
  private let deviceKey: SecretBytes
  private let clock = Mutex<UnixMicroseconds>(RhythmScript.epoch)

  init(configuration: NotifierConfiguration? = nil) throws {
    deviceKey = try SecretBytes(randomCount: 32)
    keys = try FixedKeySource(deviceKeys: [Names.device: [KeyVersion(rawValue: 1): deviceKey]])
    self.configuration =
      configuration
      ?? NotifierConfiguration(
        mail: MailConfiguration(
          host: "localhost", sender: MailAddress("sealedbeat@clinic.example")!, recipients: [Self.mailbox]),
        webhooks: [WebhookConfiguration(url: "https://localhost/", secret: CredentialFile(path: "/nowhere"))])
  }

  var now: UnixMicroseconds { clock.withLock { $0 } }
  func advance(seconds: Double) { clock.withLock { $0 += UInt64(seconds * 1e6) } }

  /// A notifier as after a start.
  func notifier(transports: [AlertNotice.Receiver: any AlertTransport]? = nil) throws -> NotifierService {
    try NotifierService(
      configuration: configuration, chunks: store, findings: store, alerts: store, registry: store, changes: store,
      keys: keys, logger: Logger(label: "test"), now: { [self] in now }, jitter: { 1 },
      transports: transports ?? [.mailbox(Self.mailbox): receiver, .webhook("webhook"): receiver])
  }

  func seal(_ reference: SessionReference = Names.reference) throws -> FindingsSeal {
    try FindingsSeal(
      key: SessionKey(
        deviceKey: deviceKey, device: reference.device, session: reference.session, iv: Self.iv, purpose: .findings),
      reference: reference)
  }

  /// What a person does on the page.
  func acknowledge(_ id: AlertID, snoozingUntil until: UnixMicroseconds? = nil) async throws {
    guard let alert = try await store.alert(id) else { return }
    let action: AlertWorkflow.Action = until.map { .snooze(until: $0) } ?? .acknowledge
    guard
      let standing = try AlertWorkflow.apply(
        action, by: "dr", at: now, severity: .medium, to: AlertStanding(alert))
    else { return }
    _ = try await store.apply(
      AlertChange(
        revision: alert.revision, standing: standing,
        event: AlertEvent(alert: id, kind: action.kind, at: now, actor: "dr")))
  }

  /// Puts a plan for the patient, who wears the device from the beginning.
  func put(_ plan: AlertPlan) async throws {
    let patient = Pseudonym("P-QRST")!  // A valid pseudonym.
    store.write {
      $0.assignments[Names.device] = DeviceAssignment(device: Names.device, pseudonym: patient, since: 0)
    }
    let seal = try PlanSeal(key: await keys.recordKey(.plans))
    _ = try await store.put(
      AlertPlanRecord(patient: patient, box: seal.seal(plan, of: patient), updatedAt: now, updatedBy: "dr"))
  }

  private static let iv = SessionIV([UInt8](repeating: 9, count: 12))!  // Twelve bytes make an IV.

  /// What a broker and a decryptor would have committed by now.
  func arrive(_ findings: some Sequence<Finding>, of reference: SessionReference = Names.reference) throws {
    let seal = try seal(reference)
    let sealed = try findings.map { SealedFinding(sequence: $0.sequence, box: try seal.seal($0)) }
    store.write { state in
      state.revision += 1
      state.findings[reference, default: []] += sealed
      let through = state.findings[reference]?.last?.sequence ?? 0
      let first = state.sessions[reference]?.firstReceivedAt ?? now
      state.sessions[reference] = SessionRecord(
        reference: reference, iv: Self.iv, keyVersion: KeyVersion(rawValue: 1), firstReceivedAt: first,
        lastReceivedAt: now, lastCaptureTime: now, contiguous: through, highest: through, earliestHeld: 0,
        chunkCount: Int(through) + 1, revision: state.revision)
      state.analyses[reference] = AnalysisRecord(
        reference: reference, analysedThrough: through, advancedAt: now, findingCount: Int(through) + 1,
        refusedChunks: 0, revision: state.revision)
    }
  }
}

/// A receiver that remembers, and fails when told.
final class RecordingTransport: AlertTransport {
  private let state = Mutex<(taken: [AlertNotice], failures: [DeliveryFailure])>(([], []))
  /// Every notice that was taken, for those who wait.
  let deliveries: AsyncStream<AlertNotice>
  private let continuation: AsyncStream<AlertNotice>.Continuation

  init() { (deliveries, continuation) = AsyncStream<AlertNotice>.makeStream() }

  var taken: [AlertNotice] { state.withLock { $0.taken } }
  func failNext(_ failures: [DeliveryFailure]) { state.withLock { $0.failures = failures } }

  func deliver(_ notice: AlertNotice) async throws(DeliveryFailure) -> DeliveryReceipt {
    let failure: DeliveryFailure? = state.withLock { state in
      guard state.failures.isEmpty else { return state.failures.removeFirst() }
      state.taken.append(notice)
      return nil
    }
    if let failure { throw failure }
    continuation.yield(notice)
    return DeliveryReceipt("taken")
  }
}
