/// A place outside the vault that remembers checkpoints, so that a vault that is rolled back is found out.
package protocol WitnessSink: Sendable {
  /// What it is called in the log and in metrics: `file`, `webhook`.
  var name: String { get }

  /// Hands a checkpoint over; returns when the witness keeps it.
  func record(_ checkpoint: AuditCheckpoint) async throws(WitnessFailure)

  /// Ends connections. Called once, last.
  func close() async
}

/// Why a witness did not take a checkpoint: one sentence, without a secret.
package struct WitnessFailure: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  package let description: String

  /// States a failure.
  package init(_ description: String) { self.description = description }
}
