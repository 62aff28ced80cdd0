/// One heartbeat, as the QRS detector found it.
public struct Beat: Hashable, Sendable, Codable {
  /// The R peak on the session's timeline: samples at 125 Hz from the session's first sample, with a fraction.
  public let position: Double
  /// The deflection at the R peak in the band-passed signal; negative when the QRS complex points down.
  public let amplitude: Microvolts
  /// The time since the previous R peak in seconds; `nil` for the first beat and after a gap.
  public let rrSeconds: Double?
  /// How far the beat can be trusted, 0…1: how clearly its QRS complex stands out from everything else in the signal (1
  /// from twice the detector's threshold on; below 0.5 for a beat found by search-back), times the share of its window
  /// that was really measured.
  public let quality: Float

  /// A beat at `position` (samples at 125 Hz).
  public init(position: Double, amplitude: Microvolts, rrSeconds: Double?, quality: Float) {
    self.position = position
    self.amplitude = amplitude
    self.rrSeconds = rrSeconds
    self.quality = quality
  }

  /// The R peak in seconds from the session's first sample.
  public var seconds: Double { position / SampleRate.analysis.hertz }
}
