import Cardio

/// A moment of the recording that a reader should see.
struct StripMoment: Hashable, Sendable {
  /// How long a strip is, in seconds: 250 mm of paper.
  static let seconds = 10.0

  /// What it shows.
  var title: String
  /// A measurement that goes with it.
  var detail: String
  /// The beginning of the strip, in seconds from the beginning of the recording.
  var start: Double
  /// What to mark, in seconds from the beginning of the recording.
  var mark: Range<Double>?

  /// A strip with the beginning of what is marked two seconds behind its own beginning.
  init(title: String, detail: String, mark: Range<Double>, within duration: Double) {
    self.title = title
    self.detail = detail
    self.mark = mark
    let lead = max(2, (Self.seconds - (mark.upperBound - mark.lowerBound)) / 2)
    start = max(0, min(mark.lowerBound - min(lead, 4), duration - Self.seconds))
  }

  /// A strip from a moment on, with nothing marked.
  init(title: String, detail: String, start: Double, within duration: Double) {
    self.title = title
    self.detail = detail
    self.start = max(0, min(start, duration - Self.seconds))
  }
}
