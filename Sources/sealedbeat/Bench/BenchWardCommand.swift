import ArgumentParser
import Foundation
import Logging
import Telemetry

/// `sealedbeat bench ward`: what a ward of real devices costs the dashboard, and how soon it tells.
struct BenchWardCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ward",
    abstract: "Measure the dashboard with many patients behind simulated devices.",
    discussion: """
      Starts a whole system in a temporary directory (mosquitto, key vault, broker, decryptor, notifier, dashboard), gives
      each device a patient, and opens pages: event streams over HTTPS that hear of all patients, as the ward's page does.
      The devices and the pages take time from the same cores. With --ready the address, an account and its password are
      written to a file (readable by its owner alone) once chunks come steadily, so that a browser can be set beside it.

      JSON:
        patients, keptUp (95 % of the chunks were committed and analysed in time), reason (why not), windowSeconds
        committedChunks, analysedChunks, loadAverageBefore, serverLoadFraction, fleetLoadFraction (of all cores)
        dashboard {coreShare (1 is one core), cpuMicrosecondsPerChunk, residentBytes, residentBytesBefore}
        present   what one page is told when it begins: {bytes, events, milliseconds}
        stream    what one page is told from then on: {bytesPerSecond, eventsPerSecond, resyncs}
        arrivalToEvent  from a chunk's arrival at the broker (before its commit) until a page has read its strip:
                        {count, p50Milliseconds, p95Milliseconds, p99Milliseconds, maxMilliseconds}
      """)

  @Option(help: ArgumentHelp("How many patients.", valueName: "n"))
  var patients = 200
  @Option(help: ArgumentHelp("How long is measured once chunks come steadily.", valueName: "seconds"))
  var seconds: Double = 30
  @Option(help: ArgumentHelp("Longest wait for chunks to come steadily after the first.", valueName: "seconds"))
  var warmUp: Double = 90
  @Option(help: ArgumentHelp("How many pages listen.", valueName: "n"))
  var pages = 1
  @Option(help: ArgumentHelp("Where to write how to sign in.", valueName: "file"))
  var ready: String?
  @Option(help: ArgumentHelp("Folder for the temporary data directory.", valueName: "dir"))
  var directory: String = FileManager.default.temporaryDirectory.path

  func validate() throws {
    guard (1...2500).contains(patients) else { throw ValidationError("--patients lies from 1 to 2500.") }
    guard (1...3600).contains(seconds), (1...3600).contains(warmUp) else {
      throw ValidationError("--seconds and --warm-up lie from 1 to 3600.")
    }
    guard (1...100).contains(pages) else { throw ValidationError("--pages lies from 1 to 100.") }
  }

  func run() async throws {
    LogBootstrap.apply(service: "bench", level: .warning, format: .automatic)
    let benchmark = WardBenchmark(
      patients: patients, pages: pages, window: .seconds(seconds), warmUp: .seconds(warmUp), readyFile: ready,
      directory: directory, logger: Logger(label: "bench"))
    try await UntilSignalled.run { print(try await benchmark.run().prettyJSON()) }
  }
}
