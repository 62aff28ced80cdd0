/// A stretch of a session without usable samples. Nothing is invented across it: no beat, no RR interval, no signal.
public struct SignalGap: Hashable, Sendable, Codable {
  /// Why there is no signal.
  public enum Reason: String, Hashable, Sendable, Codable {
    /// The samples never arrived, or were never taken.
    case missing
    /// An electrode was off.
    case leadOff
  }

  /// The index (125 Hz, session timeline) of the first sample that is missing.
  public let firstSample: UInt64
  /// How many samples are missing.
  public let count: UInt64
  /// Why.
  public let reason: Reason

  /// A gap of `count` samples from `firstSample`.
  public init(firstSample: UInt64, count: UInt64, reason: Reason) {
    self.firstSample = firstSample
    self.count = count
    self.reason = reason
  }
}
