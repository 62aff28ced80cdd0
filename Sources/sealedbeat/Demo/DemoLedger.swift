import Findings
import Foundation
import KeyVaultClient
import Sealing
import Store
import Wire

/// Counts what a running system has done, from the store itself.
struct DemoLedger: Sendable {
  struct Count: Sendable {
    var committed = 0
    var analysed = 0
    var alerts = 0
    var mails = 0
    var webhooks = 0
    var pendingMessages = 0
  }

  private let system: LocalSystem
  private let store: SQLiteStore
  private let began = ContinuousClock.now

  init(_ system: LocalSystem) async throws {
    self.system = system
    store = try await RunningSystem(system).store()
  }

  func count() async throws -> Count {
    var count = Count()
    for session in try await sessions() { count.committed += session.chunkCount }
    for analysis in try await analyses() { count.analysed += analysis.findingCount }
    let alerts = try await store.summary()
    count.alerts = alerts.opened
    count.mails = alerts.messages["mail.delivered"] ?? 0
    count.webhooks = alerts.messages["webhook.delivered"] ?? 0
    count.pendingMessages = (alerts.messages["mail.pending"] ?? 0) + (alerts.messages["webhook.pending"] ?? 0)
    return count
  }

  /// Whether everything that was committed is analysed, judged and told. (A notifier that was restarted meanwhile has
  /// judged less than is stored; then the caller's patience ends the wait.)
  func isSettled() async throws -> Bool {
    let count = try await count()
    guard count.analysed == count.committed, count.pendingMessages == 0 else { return false }
    return await judged() >= count.analysed
  }

  /// Everything together, with the devices' own summaries.
  func summary(devices: [String], patients: [DemoPatient]) async throws -> DemoSummary {
    struct Device: Decodable {
      let chunksSealed: Int
      let held: Int
    }
    var sealed = 0
    for file in devices {
      guard let contents = FileManager.default.contents(atPath: file) else { continue }
      sealed += try JSONDecoder().decode(Device.self, from: contents).chunksSealed
    }
    let count = try await count()
    let beats = try await beats()
    let seconds = ContinuousClock.now - began
    return DemoSummary(
      recordings: patients.contains { if case .record = $0.source { true } else { false } }, patients: patients.count,
      seconds: Double(seconds.components.seconds), chunksSealed: sealed, chunksCommitted: count.committed,
      chunksAnalysed: count.analysed, lost: sealed - count.committed, beats: beats.all, abnormalBeats: beats.abnormal,
      alertsOpened: count.alerts, mailsDelivered: count.mails, webhooksDelivered: count.webhooks,
      captureToCommitMilliseconds: await latency("sealedbeat_broker_capture_to_commit_seconds", of: "broker"),
      captureToFindingMilliseconds: await latency("sealedbeat_decryptor_capture_to_finding_seconds", of: "decryptor"))
  }

  private func sessions() async throws -> [SessionRecord] {
    try await store.sessions(changedSince: 0, limit: .max)
  }

  private func analyses() async throws -> [AnalysisRecord] {
    try await store.analyses(changedSince: 0, limit: .max)
  }

  /// Beats of all sessions, as their last findings count them; opened with the notifier's right to findings.
  private func beats() async throws -> (all: Int, abnormal: Int) {
    try await RunningSystem(system).withVault(as: "svc.notifier") { vault in
      var total = (all: 0, abnormal: 0)
      for session in try await sessions() {
        guard let last = try await store.latestFindings(of: session.reference, count: 1).first else { continue }
        let request = SessionKeyRequest(
          reference: session.reference, iv: session.iv, keyVersion: session.keyVersion, purposes: [.findings])
        guard case .released(let keys)? = try await vault.sessionKeys([request]).first, let key = keys[.findings] else {
          continue
        }
        let seal = try FindingsSeal(key: key, reference: session.reference)
        let finding = try seal.finding(last.box, sequence: last.sequence)
        total.all += Int(finding.beatCount)
        total.abnormal += Int(finding.abnormalBeatCount)
      }
      return total
    }
  }

  /// Findings that the notifier has judged since it started.
  private func judged() async -> Int {
    guard let port = await system.supervisor.states.first(where: { $0.name == "notifier" })?.healthPort,
      let text = await HealthProbe.metrics(port: port)
    else { return 0 }
    let name = "sealedbeat_notifier_findings_total"
    let values = text.split(separator: "\n").filter { $0.hasPrefix(name) }.compactMap { line in
      line.split(separator: " ").last.flatMap { Double($0) }
    }
    return Int(values.reduce(0, +))
  }

  private func latency(_ metric: String, of child: String) async -> DemoSummary.Latency? {
    guard let port = await system.supervisor.states.first(where: { $0.name == child })?.healthPort,
      let text = await HealthProbe.metrics(port: port), let histogram = PrometheusHistogram(metric, in: text)
    else { return nil }
    return .init(p50: histogram.quantile(0.5) * 1000, p99: histogram.quantile(0.99) * 1000)
  }
}
