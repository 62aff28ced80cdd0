import Foundation

extension PipelineReport {
  /// For people.
  var table: String {
    var lines = ["\(machine.cores) cores, \(machine.processor). CPU in µs per chunk of 1.496 s."]
    for size in sizes { lines += [""] + size.lines }
    if let slope = marginalServerMicrosecondsPerChunk, let bytes = marginalServerResidentBytesPerSession {
      lines += ["", "one more chunk: \(slope) µs; one more live session: \(Int(bytes)) bytes (all server processes)"]
    }
    return lines.joined(separator: "\n")
  }
}

extension PipelineSize {
  fileprivate var lines: [String] {
    var lines = ["\(patients) patients: \(keptUp ? "kept up" : "did not keep up" + (reason.map { " (\($0))" } ?? ""))"]
    guard windowSeconds > 0 else { return lines }
    lines.append(
      String(
        format:
          "  %.1f chunks/s in %.1f s; servers %.1f µs a chunk = %.0f chunks/s per core; load %.1f %% of the machine",
        chunksPerSecond, windowSeconds, serverMicrosecondsPerChunk, chunksPerSecondPerCore, loadFraction * 100))
    for process in processes {
      let name = process.name.padding(toLength: 10, withPad: " ", startingAt: 0)
      lines.append(
        String(
          format: "    \(name) %8.1f µs %7.1f MiB %8.1f KiB a session", process.cpuMicrosecondsPerChunk,
          Double(process.residentBytes) / 1_048_576, process.residentBytesPerSession / 1024))
    }
    if let stages {
      lines.append(
        String(
          format:
            "  receive %.1f, commit %.1f, unseal %.1f, filter+QRS %.1f, CNN %.1f, seal %.1f, rest of decryptor %.1f",
          stages.receiveMicrosecondsPerChunk, stages.commitMicrosecondsPerChunk, stages.unsealMicrosecondsPerChunk,
          stages.filterAndQRSMicrosecondsPerChunk, stages.classifyMicrosecondsPerChunk,
          stages.sealFindingsMicrosecondsPerChunk, stages.otherDecryptorMicrosecondsPerChunk))
    }
    for (name, latency) in [
      ("capture to commit", captureToCommit), ("capture to finding", captureToFinding),
      ("arrival to finding", arrivalToFinding),
    ] {
      guard let latency else { continue }
      lines.append("  \(name): p50 \(Int(latency.p50Milliseconds)) ms, p99 \(Int(latency.p99Milliseconds)) ms")
    }
    lines.append(
      "  held by devices at the end \(heldChunks.map(String.init) ?? "not known"), lost \(lostChunks.map(String.init) ?? "not known"), not analysed \(unanalysedChunks.map(String.init) ?? "not known")"
    )
    lines.append(
      String(
        format: "  simulated devices on the same machine: %.1f µs a chunk, %.1f %% of it", fleetMicrosecondsPerChunk,
        fleetLoadFraction * 100))
    return lines
  }
}
