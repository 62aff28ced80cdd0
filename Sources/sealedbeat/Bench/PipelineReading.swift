import Foundation
import Glibc

/// Everything that is measured, at one moment.
struct PipelineReading: Sendable {
  let time: ContinuousClock.Instant
  /// Server processes in the order in which they were started.
  let servers: [(name: String, process: ProcessReading)]
  let fleetMicroseconds: Double
  let metrics: [String: MetricsReading]

  /// Reads all server processes and the devices.
  init(_ system: LocalSystem, fleet: [ChildProcess]) async {
    let children = await system.supervisor.states
    metrics = await Self.metrics(children)
    time = .now
    servers = children.compactMap { child in
      ProcessReading(child.processIdentifier).map { (child.name, $0) }
    }
    fleetMicroseconds = fleet.reduce(0) { $0 + (ProcessReading($1.identifier)?.cpuMicroseconds ?? 0) }
  }

  /// Chunks committed and analysed so far.
  static func chunks(_ system: LocalSystem) async -> (committed: Double, analysed: Double) {
    let metrics = await metrics(await system.supervisor.states.filter { ["broker", "decryptor"].contains($0.name) })
    return counts(metrics)
  }

  /// Chunks committed and analysed at this moment.
  var chunks: (committed: Double, analysed: Double) { Self.counts(metrics) }

  func process(_ name: String) -> ProcessReading? { servers.first { $0.name == name }?.process }

  private static func counts(_ metrics: [String: MetricsReading]) -> (committed: Double, analysed: Double) {
    (
      metrics["broker"]?.sum("sealedbeat_broker_chunks_total", "outcome=\"committed\"") ?? 0,
      metrics["decryptor"]?.sum("sealedbeat_decryptor_chunks_total") ?? 0
    )
  }

  private static func metrics(_ children: [ChildState]) async -> [String: MetricsReading] {
    var readings: [String: MetricsReading] = [:]
    for child in children {
      guard let port = child.healthPort, let text = await HealthProbe.metrics(port: port) else { continue }
      readings[child.name] = MetricsReading(text: text)
    }
    return readings
  }
}

extension PipelineSize {
  /// Takes the differences between two readings, in microseconds per analysed chunk.
  mutating func fill(from first: PipelineReading, to last: PipelineReading, idle: PipelineReading) {
    windowSeconds = round((last.time - first.time) / .seconds(1), 3)
    committedChunks = Int(last.chunks.committed - first.chunks.committed)
    analysedChunks = Int(last.chunks.analysed - first.chunks.analysed)
    chunksPerSecond = round(Double(committedChunks) / windowSeconds, 1)
    let chunks = Double(max(1, committedChunks))
    var spent = 0.0
    for (name, now) in last.servers {
      let cpu = now.cpuMicroseconds - (first.process(name)?.cpuMicroseconds ?? 0)
      spent += cpu
      serverResidentBytes += now.residentBytes
      let grown = now.residentBytes - (idle.process(name)?.residentBytes ?? 0)
      processes.append(
        PipelineProcess(
          name: name, cpuMicrosecondsPerChunk: round(cpu / chunks, 2), residentBytes: now.residentBytes,
          residentBytesPerSession: round(Double(grown) / Double(patients), 0)))
    }
    let cores = Double(PipelineMachine().cores)
    serverMicrosecondsPerChunk = round(spent / chunks, 2)
    chunksPerSecondPerCore = spent > 0 ? round(1e6 * chunks / spent, 0) : 0
    loadFraction = round(spent / 1e6 / windowSeconds / cores, 4)
    let devices = last.fleetMicroseconds - first.fleetMicroseconds
    fleetMicrosecondsPerChunk = round(devices / chunks, 2)
    fleetLoadFraction = round(devices / 1e6 / windowSeconds / cores, 4)
    fillStages(first, last, chunks)
    if let before = first.metrics["broker"], let now = last.metrics["broker"] {
      captureToCommit = now.latency("sealedbeat_broker_capture_to_commit_seconds", since: before)
    }
    if let before = first.metrics["decryptor"], let now = last.metrics["decryptor"] {
      captureToFinding = now.latency("sealedbeat_decryptor_capture_to_finding_seconds", since: before)
      arrivalToFinding = now.latency("sealedbeat_decryptor_arrival_to_finding_seconds", since: before)
    }
  }

  private mutating func fillStages(_ first: PipelineReading, _ last: PipelineReading, _ chunks: Double) {
    func spent(_ name: String, thread: String? = nil) -> Double {
      guard let before = first.process(name), let now = last.process(name) else { return 0 }
      guard let thread else { return (now.cpuMicroseconds - before.cpuMicroseconds) / chunks }
      return ((now.threads[thread] ?? 0) - (before.threads[thread] ?? 0)) / chunks
    }
    func stage(_ name: String) -> Double {
      let metric = "sealedbeat_decryptor_stage_cpu_nanoseconds_total"
      let label = "stage=\"\(name)\""
      let before = first.metrics["decryptor"]?.sum(metric, label) ?? 0
      return ((last.metrics["decryptor"]?.sum(metric, label) ?? 0) - before) / 1000 / chunks
    }
    let receive = spent("broker", thread: "broker-mqtt")
    let steps = ["unseal", "detect", "classify", "seal"].map(stage)
    stages = PipelineStages(
      receiveMicrosecondsPerChunk: round(receive, 2),
      commitMicrosecondsPerChunk: round(max(0, spent("broker") - receive), 2),
      unsealMicrosecondsPerChunk: round(steps[0], 2), filterAndQRSMicrosecondsPerChunk: round(steps[1], 2),
      classifyMicrosecondsPerChunk: round(steps[2], 2), sealFindingsMicrosecondsPerChunk: round(steps[3], 2),
      otherDecryptorMicrosecondsPerChunk: round(max(0, spent("decryptor") - steps.reduce(0, +)), 2))
  }

  private func round(_ value: Double, _ digits: Int) -> Double {
    let scale = pow(10, Double(digits))
    return (value * scale).rounded() / scale
  }
}
