internal import Findings
internal import Metrics

/// What a decryptor tells of its work; names begin with `sealedbeat_decryptor_`.
struct DecryptorMetrics: Sendable {
  private let chunks = Counter(label: "sealedbeat_decryptor_chunks_total")
  private let beats = Counter(label: "sealedbeat_decryptor_beats_total")
  private let abnormalBeats = Counter(label: "sealedbeat_decryptor_abnormal_beats_total")
  private let replayed = Counter(label: "sealedbeat_decryptor_replayed_chunks_total")
  private let checkpoints = Counter(label: "sealedbeat_decryptor_checkpoints_total")
  private let claimsLost = Counter(label: "sealedbeat_decryptor_claims_lost_total")
  private let liveSessions: Meter
  private let parkedSessions: Meter
  private let captureLatency = Timer(label: "sealedbeat_decryptor_capture_to_finding_seconds")
  private let arrivalLatency = Timer(label: "sealedbeat_decryptor_arrival_to_finding_seconds")
  private let commit = Timer(label: "sealedbeat_decryptor_commit_seconds")
  private let refused: [ChunkRefusal: Counter]

  init(worker: Int) {
    let dimensions = [("worker", String(worker))]
    liveSessions = Meter(label: "sealedbeat_decryptor_live_sessions", dimensions: dimensions)
    parkedSessions = Meter(label: "sealedbeat_decryptor_parked_sessions", dimensions: dimensions)
    refused = Dictionary(
      uniqueKeysWithValues: ChunkRefusal.allCases.map {
        ($0, Counter(label: "sealedbeat_decryptor_refused_chunks_total", dimensions: [("reason", $0.rawValue)]))
      })
  }

  /// One finding is on disk. Capture → finding counts from the end of the chunk, whose samples take 1.5 s to come, and
  /// only where the device's clock was synchronised.
  func committed(_ finding: CommittedFinding, at now: UInt64) {
    chunks.increment()
    if finding.beats > 0 { beats.increment(by: finding.beats) }
    if finding.abnormalBeats > 0 { abnormalBeats.increment(by: finding.abnormalBeats) }
    if let refusal = finding.refusal { refused[refusal]?.increment() }
    if let captured = finding.capturedAt, now >= captured {
      captureLatency.recordMicroseconds(Int64(now - captured))
    }
    if now >= finding.receivedAt { arrivalLatency.recordMicroseconds(Int64(now - finding.receivedAt)) }
  }

  func committed(in duration: Duration, checkpoints count: Int) {
    let (seconds, attoseconds) = duration.components
    commit.recordNanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    if count > 0 { checkpoints.increment(by: count) }
  }

  func replayed(_ count: Int) { if count > 0 { replayed.increment(by: count) } }

  func lostClaims(_ count: Int) { if count > 0 { claimsLost.increment(by: count) } }

  func sessions(live: Int, parked: Int) {
    liveSessions.set(live)
    parkedSessions.set(parked)
  }
}

/// What the metrics need of a finding, kept until its transaction is on disk.
struct CommittedFinding {
  let beats: Int
  let abnormalBeats: Int
  let refusal: ChunkRefusal?
  let capturedAt: UInt64?
  let receivedAt: UInt64

  init(_ finding: Finding, refusal: ChunkRefusal?, receivedAt: UInt64) {
    beats = finding.beats.count
    abnormalBeats = finding.beats.count { $0.isAbnormal }
    self.refusal = refusal ?? (finding.isRefused ? .contradictory : nil)
    capturedAt =
      finding.isClockSynchronised
      ? finding.captureTime + UInt64(finding.sampleCount) * CaptureTimeline.sampleInterval : nil
    self.receivedAt = receivedAt
  }
}
