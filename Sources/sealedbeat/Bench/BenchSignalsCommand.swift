import ArgumentParser
import Foundation

/// `sealedbeat bench signals`: what it costs to look at a long session.
struct BenchSignalsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "signals",
    abstract: "Measure what the first and later looks at a long session take.",
    discussion: """
      Seals a synthetic session into a store of its own, then asks for its envelope as the dashboard does: a first time, when every
      chunk is read, opened and filtered, and again, when only the pyramid is. Build with -c release.
      """)

  @Option(help: "Length of the session in hours.")
  var hours = 24.0

  @Option(help: "Buckets asked for.")
  var points = 1000

  @Option(help: "Where the store is made, and deleted again.")
  var directory: String = FileManager.default.temporaryDirectory.path

  func validate() throws {
    guard (0.01...24).contains(hours), (2...4096).contains(points) else {
      throw ValidationError("--hours is between 0.01 and 24, --points between 2 and 4096.")
    }
  }

  func run() async throws {
    let place = URL(fileURLWithPath: directory, isDirectory: true)
      .appendingPathComponent("sealedbeat-bench-\(UUID().uuidString)", isDirectory: true)
    defer { try? FileManager.default.removeItem(at: place) }
    let report = try await SignalBenchmark(hours: hours, points: points, directory: place.path).run()
    print(try report.prettyJSON())
  }
}
