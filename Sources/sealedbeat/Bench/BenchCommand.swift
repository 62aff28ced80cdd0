import ArgumentParser

/// `sealedbeat bench`: what the system costs.
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure what the system costs.",
    subcommands: [
      BenchInferenceCommand.self, BenchStagesCommand.self, BenchPipelineCommand.self, BenchSignalsCommand.self,
      BenchVaultCommand.self, BenchWardCommand.self,
    ])
}
