import Foundation

/// What `sealedbeat bench pipeline` measured.
struct PipelineReport: Encodable {
  let machine: PipelineMachine
  let sizes: [PipelineSize]
  /// What one more chunk costs: the slope between the smallest and the largest size that kept up, free of what the
  /// processes spend when nothing happens.
  let marginalServerMicrosecondsPerChunk: Double?
  /// The same slope of resident memory, over all server processes, for one more live session.
  let marginalServerResidentBytesPerSession: Double?

  init(machine: PipelineMachine, sizes: [PipelineSize]) {
    self.machine = machine
    self.sizes = sizes
    let sound = sizes.filter(\.keptUp).sorted { $0.patients < $1.patients }
    guard let first = sound.first, let last = sound.last, last.patients > first.patients else {
      marginalServerMicrosecondsPerChunk = nil
      marginalServerResidentBytesPerSession = nil
      return
    }
    let chunks = last.chunksPerSecond - first.chunksPerSecond
    let spent =
      last.serverMicrosecondsPerChunk * last.chunksPerSecond - first.serverMicrosecondsPerChunk * first.chunksPerSecond
    marginalServerMicrosecondsPerChunk = chunks > 0 ? (spent / chunks * 10).rounded() / 10 : nil
    marginalServerResidentBytesPerSession =
      (Double(last.serverResidentBytes - first.serverResidentBytes) / Double(last.patients - first.patients)).rounded()
  }
}

/// Where it was measured.
struct PipelineMachine: Encodable {
  let processor: String
  let cores: Int

  init() {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    processor = line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
    cores = ProcessInfo.processInfo.activeProcessorCount
  }

  /// Load average of the last minute: what else the machine does.
  static var loadAverage: Double {
    let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
  }
}

/// What one number of patients cost.
struct PipelineSize: Encodable {
  let patients: Int
  /// Whether at least 95 % of what the patients produce was committed and analysed while it was measured.
  var keptUp = false
  /// Why it did not, in a sentence.
  var reason: String?
  /// Load average of the last minute, just before the fleet started: what else ran on the machine.
  var loadAverageBefore = 0.0
  var windowSeconds = 0.0
  var committedChunks = 0
  var analysedChunks = 0
  var chunksPerSecond = 0.0
  /// CPU time of all server processes.
  var serverMicrosecondsPerChunk = 0.0
  /// What one core's whole time would carry at that price.
  var chunksPerSecondPerCore = 0.0
  /// Share of all cores' time that the server processes took.
  var loadFraction = 0.0
  var processes: [PipelineProcess] = []
  var stages: PipelineStages?
  var captureToCommit: PipelineLatency?
  var captureToFinding: PipelineLatency?
  var arrivalToFinding: PipelineLatency?
  /// Resident memory of all server processes while it was measured.
  var serverResidentBytes = 0
  /// Sealed and still in an outbox without a receipt when the devices were told to end and 20 s had passed.
  var heldChunks: Int?
  /// Sealed by a device, neither committed nor held by it when the fleet had ended.
  var lostChunks: Int?
  /// Committed and not analysed when the fleet had ended.
  var unanalysedChunks: Int?
  /// The simulated devices, which are no part of the servers but take their time from the same cores.
  var fleetMicrosecondsPerChunk = 0.0
  var fleetLoadFraction = 0.0
  /// From the start of the claims until every device was enrolled and streamed.
  var warmUpSeconds = 0.0
  /// Server processes that ended and were started again meanwhile.
  var restarts = 0

  init(patients: Int) { self.patients = patients }
}

/// What one server process cost.
struct PipelineProcess: Encodable {
  let name: String
  let cpuMicrosecondsPerChunk: Double
  let residentBytes: Int
  /// Growth since before the fleet started, over the live sessions.
  let residentBytesPerSession: Double
}

/// CPU time of the steps of a chunk, in microseconds.
struct PipelineStages: Encodable {
  /// The broker's thread of the MQTT connection: TLS, MQTT, structure, receipts out.
  let receiveMicrosecondsPerChunk: Double
  /// The rest of the broker: batches, transactions, telemetry quality.
  let commitMicrosecondsPerChunk: Double
  let unsealMicrosecondsPerChunk: Double
  let filterAndQRSMicrosecondsPerChunk: Double
  let classifyMicrosecondsPerChunk: Double
  let sealFindingsMicrosecondsPerChunk: Double
  /// The rest of the decryptor: reading chunks, committing findings, order, checkpoints.
  let otherDecryptorMicrosecondsPerChunk: Double
}

/// A latency, interpolated in buckets of 1-2-5 a decade.
struct PipelineLatency: Encodable {
  let p50Milliseconds: Double
  let p99Milliseconds: Double
}
