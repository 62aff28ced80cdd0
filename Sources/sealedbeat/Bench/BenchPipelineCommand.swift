import ArgumentParser
import Foundation
import Logging
import Telemetry

/// `sealedbeat bench pipeline`: what the whole system costs at work.
struct BenchPipelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline",
    abstract: "Measure CPU, memory and latency of the whole system with many simulated patients.",
    discussion: """
      For each number of patients a whole system is started in a temporary directory: mosquitto with TLS and client
      certificates, key vault, broker, decryptor, notifier and dashboard, each a process of its own. Simulated devices
      enrol and stream at the heart's own speed, and when chunks come steadily everything is measured for --seconds.
      The devices run on the same machine and take time from the same cores; their CPU time is told apart from the
      servers'. Build with -c release; what else the machine does disturbs (loadAverageBefore tells).

      JSON: machine {processor, cores}; marginalServerMicrosecondsPerChunk and marginalServerResidentBytesPerSession
      (slopes between the smallest and the largest size that kept up); and for each of sizes:
        patients, keptUp (at least 95 % of the chunks were committed and analysed in time), reason (why not)
        windowSeconds, committedChunks, analysedChunks, chunksPerSecond
        serverMicrosecondsPerChunk       CPU time of all server processes, mosquitto included
        chunksPerSecondPerCore           1e6 / serverMicrosecondsPerChunk
        loadFraction                     share of all cores' time taken by the server processes
        processes[]                      name, cpuMicrosecondsPerChunk, residentBytes (anonymous memory),
                                         residentBytesPerSession (growth since before the devices started)
        stages                           receive and commit (broker: thread of the connection, and the rest), unseal,
                                         filterAndQRS, classify, sealFindings, otherDecryptor …MicrosecondsPerChunk
        captureToCommit, captureToFinding, arrivalToFinding
                                         p50Milliseconds, p99Milliseconds, from the end of a chunk's last sample
                                         (arrival: from the broker's receipt of it)
        heldChunks, lostChunks           sealed and still in an outbox; neither there nor committed, at the end
        unanalysedChunks                 committed and not analysed, at the end
        fleetMicrosecondsPerChunk, fleetLoadFraction   the simulated devices
        serverResidentBytes, warmUpSeconds, restarts, loadAverageBefore
      """)

  @Option(help: ArgumentHelp("Numbers of patients, separated by commas.", valueName: "n,…"))
  var patients = "10,100,1000"
  @Option(help: ArgumentHelp("How long each is measured once chunks come steadily.", valueName: "seconds"))
  var seconds: Double = 20
  @Option(help: ArgumentHelp("Longest wait for chunks to come steadily after the first.", valueName: "seconds"))
  var warmUp: Double = 60
  @Option(help: ArgumentHelp("Folder for the temporary data directories.", valueName: "dir"))
  var directory: String = FileManager.default.temporaryDirectory.path
  @Flag(help: "Print JSON instead of a table.")
  var json = false

  private var counts: [Int] { patients.split(separator: ",").compactMap { Int($0) } }

  func validate() throws {
    guard !counts.isEmpty, counts.count == patients.split(separator: ",").count,
      counts.allSatisfy({ (1...20_000).contains($0) })
    else { throw ValidationError("--patients takes numbers from 1 to 20000, separated by commas.") }
    guard (1...3600).contains(seconds), (1...3600).contains(warmUp) else {
      throw ValidationError("--seconds and --warm-up lie from 1 to 3600.")
    }
  }

  func run() async throws {
    LogBootstrap.apply(service: "bench", level: .warning, format: .automatic)
    let command = self
    try await UntilSignalled.run { try await command.measure() }
  }

  private func measure() async throws {
    var sizes: [PipelineSize] = []
    for count in counts {
      FileHandle.standardError.write(Data("\(count) patients …\n".utf8))
      let benchmark = PipelineBenchmark(
        patients: count, window: .seconds(seconds), warmUp: .seconds(warmUp), directory: directory,
        logger: Logger(label: "bench"))
      sizes.append(try await benchmark.run())
      try Task.checkCancellation()
    }
    let report = PipelineReport(machine: PipelineMachine(), sizes: sizes)
    print(json ? try report.prettyJSON() : report.table)
  }
}
