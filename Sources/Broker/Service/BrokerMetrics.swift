internal import CoreMetrics
internal import Metrics
internal import Store
internal import Wire

/// What a broker counts, for Prometheus.
struct BrokerMetrics: Sendable {
  let committed = Counter(label: "sealedbeat_broker_chunks_total", dimensions: [("outcome", "committed")])
  let duplicate = Counter(label: "sealedbeat_broker_chunks_total", dimensions: [("outcome", "duplicate")])
  let conflicting = Counter(label: "sealedbeat_broker_chunks_total", dimensions: [("outcome", "conflicting")])
  let dropped = Counter(label: "sealedbeat_broker_chunks_total", dimensions: [("outcome", "dropped")])
  let receipts = Counter(label: "sealedbeat_broker_receipts_total")
  let transactions = Counter(label: "sealedbeat_broker_transactions_total")
  let failures = Counter(label: "sealedbeat_broker_transaction_failures_total")
  let commitDuration = Timer(label: "sealedbeat_broker_transaction_seconds")
  let latency = Timer(label: "sealedbeat_broker_capture_to_commit_seconds")
  let waiting = Gauge(label: "sealedbeat_broker_chunks_waiting")
  let devices = Gauge(label: "sealedbeat_broker_devices")
  private let refused: [WireError.Code: Counter] = Dictionary(
    uniqueKeysWithValues: WireError.Code.allCases.map {
      ($0, Counter(label: "sealedbeat_broker_refused_total", dimensions: [("code", $0.rawValue)]))
    })

  func count(_ batch: ChunkBatch, _ commit: ChunkCommit, committedAt: UnixMicroseconds) {
    for (chunk, outcome) in zip(batch.chunks, commit.outcomes) {
      switch outcome {
      case .committed:
        committed.increment()
        if chunk.header.isClockSynchronised, committedAt >= chunk.header.lastSampleTime {
          latency.recordNanoseconds(Int64(committedAt - chunk.header.lastSampleTime) * 1000)
        }
      case .duplicate: duplicate.increment()
      case .conflicting: conflicting.increment()
      }
    }
    for message in batch.quarantine { refused[message.code]?.increment() }
    transactions.increment()
  }
}
