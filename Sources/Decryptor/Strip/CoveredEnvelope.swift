public import Cardio

/// An envelope, and why it has no signal where it has none.
public struct CoveredEnvelope: Hashable, Sendable {
  /// What was measured.
  public let envelope: Envelope
  /// Where nothing was, and why, in order; at most two for each bucket. Nothing is said of what lies behind the channel's latest
  /// sample.
  public let absences: [SignalCoverage.Stretch]

  init(_ envelope: Envelope, _ coverage: SignalCoverage, from: Int, count: Int) {
    self.envelope = envelope
    absences = coverage.stretches(from: from, count: count, resolution: envelope.bucketSamples)
  }
}
