import AlertPolicy
import Foundation

/// A policy file, which holds the limits that differ from the defaults (docs/alerts.md).
enum PolicyFile {
  /// Reads a policy; a fault is one sentence that names the file.
  static func read(_ path: String) throws -> AlertPolicyConfiguration {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw ConfigurationFault("The policy \(path) cannot be read.")
    }
    do throws(PolicyError) {
      return try AlertPolicyConfiguration(json: data)
    } catch {
      throw ConfigurationFault("The policy \(path) is refused: \(error).")
    }
  }
}
