import ArgumentParser
import Inference

/// Which model judges beats: by name, or a weights file.
struct ModelChoice: ExpressibleByArgument {
  /// What was asked for.
  let argument: String

  init(argument: String) { self.argument = argument }

  /// The network that judges live sessions.
  static let standard = ModelChoice(argument: "default")
  /// The network that every binary carries as a baseline.
  static let reference = ModelChoice(argument: "reference")

  /// What `--help` shows as the default.
  var defaultValueDescription: String { argument }

  /// Where the weights are.
  var weights: ModelWeights {
    switch argument {
    case Self.standard.argument: .bundledDefault
    case Self.reference.argument: .bundledReference
    default: .file(path: argument)
    }
  }

  /// Loads and checks the model.
  func load() throws -> any JudgingModel { try weights.loadJudging() }
}
