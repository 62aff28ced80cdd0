/// A beat with what a classifier needs to judge it: its window and its neighbours in time.
public struct SegmentedBeat: Hashable, Sendable, Codable {
  /// The beat.
  public let beat: Beat
  /// The 187 band-passed samples around it.
  public let window: BeatWindow
  /// The RR interval before the beat in seconds; `nil` for the first beat and across a gap.
  public let previousRR: Double?
  /// The RR interval behind the beat in seconds; `nil` when a gap, the end, or no beat within the segmenter's delay follows.
  public let nextRR: Double?

  /// A beat with its window and RR intervals (seconds).
  public init(beat: Beat, window: BeatWindow, previousRR: Double?, nextRR: Double?) {
    self.beat = beat
    self.window = window
    self.previousRR = previousRR
    self.nextRR = nextRR
  }
}
