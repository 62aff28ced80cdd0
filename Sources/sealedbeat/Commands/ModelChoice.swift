import ArgumentParser
import Inference

/// Which model judges beats: by name, or a weights file.
struct ModelChoice: ExpressibleByArgument {
  /// What was asked for.
  let argument: String

  init(argument: String) { self.argument = argument }

  /// The network that every binary carries as a baseline.
  static let reference = ModelChoice(argument: "reference")

  /// What `--help` shows as the default.
  var defaultValueDescription: String { argument }

  /// Loads and checks the model.
  func load() throws -> any JudgingModel {
    switch argument {
    case Self.reference.argument: AbnormalityModel(try BeatClassifier(weights: .bundledReference))
    default: AbnormalityModel(try BeatClassifier(weights: .file(path: argument)))
    }
  }
}
