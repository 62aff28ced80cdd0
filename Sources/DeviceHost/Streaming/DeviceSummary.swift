/// What a run of a device came to.
public struct DeviceSummary: Sendable, Codable {
  /// Its name.
  public var device: String
  /// The sessions that it began, in order, in hexadecimal.
  public var sessions: [String]
  /// Chunks sealed in this run.
  public var chunksSealed: UInt64
  /// Chunks whose receipt came in this run.
  public var receipted: UInt64
  /// Chunks without a receipt at its end; they stay in the outbox.
  public var held: UInt64
  /// Samples declared lost.
  public var lostSamples: UInt64
  /// Samples taken by the front end.
  public var samples: UInt64
  /// All counters.
  public var statistics: DeviceStatistics
  /// How often the connection was made.
  public var connections: Int
  /// Length of the run in seconds of real time.
  public var elapsedSeconds: Double
  /// Why the storage last refused, if it did.
  public var storageFailure: String?

  /// Whether nothing waits for a receipt.
  public var isComplete: Bool { held == 0 }
}
