import ArgumentParser
import Foundation

/// `sealedbeat bench stages`: what each step of the analysis costs, by itself.
struct BenchStagesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stages",
    abstract: "Measure the CPU time of each step of the analysis, and the memory of a session.",
    discussion: """
      Synthetic patients, sealed in memory, one thread, no store and no network: what remains is the analysis itself.
      Times are CPU time of the thread in microseconds per chunk of 187 samples (1.496 s). Build with -c release.
      """)

  @Option(help: "Sessions that are analysed side by side.")
  var sessions = 200

  @Option(help: "Chunks of each session.")
  var chunks = 100

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  func validate() throws {
    guard (1...20_000).contains(sessions), (1...10_000).contains(chunks) else {
      throw ValidationError("--sessions is between 1 and 20000, --chunks between 1 and 10000.")
    }
  }

  func run() throws {
    let result = try StageBenchmark(sessions: sessions, chunks: chunks).run()
    print(json ? try result.prettyJSON() : result.table)
  }
}
