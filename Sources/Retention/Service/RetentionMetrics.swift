internal import CoreMetrics
internal import Metrics
internal import Store

/// What the retention service counts, for Prometheus.
struct RetentionMetrics: Sendable {
  private let rounds: [RetentionRun.Outcome: Counter] = Dictionary(
    uniqueKeysWithValues: RetentionRun.Outcome.allCases.map {
      ($0, Counter(label: "sealedbeat_retention_rounds_total", dimensions: [("outcome", $0.rawValue)]))
    })
  private let rows: [RetentionKind: Counter] = Dictionary(
    uniqueKeysWithValues: RetentionKind.allCases.map {
      ($0, Counter(label: "sealedbeat_retention_deleted_rows_total", dimensions: [("kind", $0.rawValue)]))
    })
  private let bytes: [RetentionKind: Counter] = Dictionary(
    uniqueKeysWithValues: RetentionKind.allCases.map {
      ($0, Counter(label: "sealedbeat_retention_deleted_bytes_total", dimensions: [("kind", $0.rawValue)]))
    })
  private let transaction = Timer(label: "sealedbeat_retention_transaction_seconds")
  private let held = Meter(label: "sealedbeat_retention_held_sessions")
  private let lastDone = Meter(label: "sealedbeat_retention_last_done_timestamp_seconds")
  private let uncut = Counter(label: "sealedbeat_retention_uncut_logs_total")

  func ended(_ outcome: RetentionRun.Outcome, at time: UnixMicroseconds) {
    rounds[outcome]?.increment()
    if outcome == .done { lastDone.set(Double(time) / 1e6) }
  }

  func deleted(_ step: DeletionStep, _ kind: RetentionKind, in duration: Duration) {
    rows[kind]?.increment(by: step.rows)
    bytes[kind]?.increment(by: step.bytes)
    let (seconds, attoseconds) = duration.components
    transaction.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  func stays(_ stays: [RetentionStay: Int]) {
    held.set(stays.reduce(0) { $0 + ($1.key.isHold ? $1.value : 0) })
  }

  func logStays() { uncut.increment() }
}
