/// Tells one process that another has committed.
public protocol StoreChanges: Sendable {
  /// A stream that yields at once, after every commit of any process to `area`, and at least once every `interval`
  /// (so that a lost notice costs a delay and nothing else). Notices coalesce: one may stand for many commits.
  func changes(in area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void>
}

/// A part of the store with one kind of writer.
public enum StoreArea: String, Sendable, CaseIterable {
  /// Chunks, links, telemetry: the broker writes.
  case chunks
  /// Findings: decryptors write.
  case findings
  /// Alerts and messages: the notifier writes, the dashboard acknowledges.
  case alerts
  /// Patients, devices, accounts, commands: the dashboard and the operator write.
  case registry
}
