import Foundation

/// Somebody in the demo: a real recording, or a synthetic heart where no recordings are at hand.
struct DemoPatient: Sendable {
  let device: String
  let name: String
  let source: Source
  /// Whether a finger clip is worn as well.
  var hasPulse = false

  enum Source: Sendable {
    case record(path: String)
    case synthetic(String)
  }

  /// Arguments of `sealedbeat device run` that choose the heart.
  var arguments: [String] {
    let heart =
      switch source {
      case .record(let path): ["--record", path]
      case .synthetic(let preset): ["--synthetic", preset]
      }
    return heart + (hasPulse ? ["--pulse"] : [])
  }

  /// Where recordings are looked for, first match first.
  static let folders = ["../shared/data/mitdb", "data/mitdb"]
  /// A quiet heart, and five that a doctor would want to hear of: ventricular bigeminy, trigeminy, multiform ectopy, a
  /// sick sinus.
  static let records = ["100", "106", "119", "200", "208", "232"]
  /// One of each that the synthetic patient knows.
  static let presets = ["normal", "pvc", "bigeminy", "tachycardia", "pauses", "leadOff"]

  /// Who wears a finger clip: a quiet heart, and one whose ectopic beats hardly reach the finger.
  static let withPulse: Set<String> = ["100", "200", "normal", "pvc"]

  /// Six patients from `folder`, or from the first folder that holds all records; otherwise synthetic ones.
  static func cast(folder: String?) -> [DemoPatient] {
    let candidates = folder.map { [$0] } ?? folders
    let found = candidates.first { folder in
      records.allSatisfy { FileManager.default.fileExists(atPath: "\(folder)/\($0).dat") }
    }
    guard let found else {
      return presets.enumerated().map { index, preset in
        DemoPatient(
          device: "demo-\(index + 1)", name: "Synthetic patient \(index + 1) (\(preset))", source: .synthetic(preset),
          hasPulse: withPulse.contains(preset))
      }
    }
    return records.map {
      DemoPatient(
        device: "demo-\($0)", name: "MIT-BIH record \($0)", source: .record(path: "\(found)/\($0)"),
        hasPulse: withPulse.contains($0))
    }
  }
}
