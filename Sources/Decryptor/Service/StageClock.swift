internal import Metrics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A step of the analysis whose CPU time a benchmark wants to know.
package enum AnalysisStage: String, Sendable, CaseIterable {
  /// Decode, authenticate and decrypt a chunk.
  case unseal
  /// Band-pass, R peaks, windows, quality.
  case detect
  /// Classify beats.
  case classify
  /// Encode and encrypt a finding.
  case seal
}

/// Adds up the CPU time of each stage; measures nothing unless asked to.
struct StageClock {
  private let isRunning: Bool
  private var nanoseconds = [UInt64](repeating: 0, count: AnalysisStage.allCases.count)
  private let counters: [Counter]

  init(isRunning: Bool) {
    self.isRunning = isRunning
    counters = AnalysisStage.allCases.map {
      Counter(label: "sealedbeat_decryptor_stage_cpu_nanoseconds_total", dimensions: [("stage", $0.rawValue)])
    }
  }

  /// The CPU time of this thread; 0 when nothing is measured.
  @inline(__always)
  func reading() -> UInt64 {
    guard isRunning else { return 0 }
    var now = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
    return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
  }

  @inline(__always)
  mutating func add(_ stage: AnalysisStage, since start: UInt64, without other: UInt64 = 0) {
    guard isRunning else { return }
    let elapsed = reading() &- start
    add(stage, nanoseconds: elapsed - min(elapsed, other))
  }

  @inline(__always)
  mutating func add(_ stage: AnalysisStage, nanoseconds spent: UInt64) {
    let index =
      switch stage {
      case .unseal: 0
      case .detect: 1
      case .classify: 2
      case .seal: 3
      }
    nanoseconds[index] += spent
  }

  /// Hands what was measured to the metrics.
  mutating func publish() {
    guard isRunning else { return }
    for index in nanoseconds.indices where nanoseconds[index] > 0 {
      counters[index].increment(by: Int64(nanoseconds[index]))
      nanoseconds[index] = 0
    }
  }
}
