import Cardio

/// Ten seconds of ECG with what was found in them.
public struct ECGStrip: Hashable, Sendable {
  /// A beat's label.
  public struct Label: Hashable, Sendable {
    /// Seconds from the beginning of the strip.
    public let seconds: Double
    /// `N`, `S`, `V`, `F`, `Q`; `?` unreadable; `•` normal and `abn` abnormal where the model tells no classes.
    public let text: String
    /// Whether the beat counts as abnormal.
    public let isAbnormal: Bool
    /// The RR interval before it in milliseconds; `nil` when it is not known.
    public let rrMilliseconds: Int?
  }

  /// What it shows.
  public let title: String
  /// A measurement that goes with it.
  public let detail: String
  /// Its beginning in seconds from the beginning of the recording.
  public let start: Double
  /// What is marked, in seconds from the beginning of the strip.
  public let mark: Range<Double>?
  /// Band-passed samples in µV at 125 Hz.
  public let microvolts: [Float]
  /// Its beats.
  public let labels: [Label]

  /// Seconds of signal ahead of the strip that settle the filter.
  private static let leadIn = 4.0

  /// A strip of `moment`.
  ///
  /// - Parameters:
  ///   - moment: What to show.
  ///   - beats: All beats of the recording.
  ///   - signal: Gives the signal in µV at 125 Hz between two times in seconds.
  init(_ moment: StripMoment, beats: [HolterBeat], signal: (Range<Double>) throws -> [Float]) rethrows {
    title = moment.title
    detail = moment.detail
    let start = moment.start
    self.start = start
    let end = start + StripMoment.seconds
    mark = moment.mark.map { mark in
      let lower = max(0, mark.lowerBound - start)
      return lower..<max(lower, min(StripMoment.seconds, mark.upperBound - start))
    }
    let first = max(0, start - Self.leadIn)
    var filter = DisplayFilter()
    let filtered = filter.process(try signal(first..<end))
    microvolts = Array(filtered.dropFirst(Int(((start - first) * SampleRate.analysis.hertz).rounded())))
    var low = 0
    var high = beats.count
    while low < high {
      let middle = (low + high) / 2
      if beats[middle].seconds < start { low = middle + 1 } else { high = middle }
    }
    labels = beats[low...].prefix { $0.seconds < end }.map { Label($0, start: start) }
  }
}

extension ECGStrip.Label {
  fileprivate init(_ beat: HolterBeat, start: Double) {
    self.init(
      seconds: beat.seconds - start,
      text: beat.isUnreadable ? "?" : beat.beatClass?.rawValue ?? (beat.isAbnormal ? "abn" : "•"),
      isAbnormal: beat.isAbnormal, rrMilliseconds: beat.rrSeconds.map { Int(($0 * 1000).rounded()) })
  }
}
