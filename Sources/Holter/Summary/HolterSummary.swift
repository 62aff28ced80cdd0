public import Cardio

/// The figures of a report.
public struct HolterSummary: Sendable {
  /// One hour, or the part of it that was recorded.
  public struct Hour: Sendable {
    /// Seconds from the beginning of the recording.
    public let seconds: Range<Double>
    /// Its beats.
    public let beats: BeatCounts
    /// Its heart rate; `nil` without an RR interval.
    public let heartRate: HeartRateFigures?
    /// Seconds without signal or with poor signal.
    public let poorSeconds: Double
    /// Episodes that begin in it, by rhythm.
    public let episodes: [Rhythm: Int]
  }

  /// One point of the heart rate's trend.
  public struct TrendPoint: Hashable, Sendable {
    /// The middle of its stretch, in seconds from the beginning.
    public let seconds: Double
    /// 60 over the mean RR interval in it; `nil` without two intervals.
    public let mean: Double?
    /// The lowest rate of a median of five intervals in it.
    public let low: Double?
    /// The highest.
    public let high: Double?
  }

  /// All episodes of one rhythm.
  public struct RhythmTotal: Hashable, Sendable {
    /// The rhythm.
    public let rhythm: Rhythm
    /// How many episodes.
    public let episodes: Int
    /// How long they last together, in seconds.
    public let seconds: Double
    /// The longest of them in seconds.
    public let longest: Double
    /// The fastest rate among them in beats a minute; `nil` where a rate tells nothing.
    public let fastest: Double?
  }

  /// All beats.
  public let beats: BeatCounts
  /// The heart rate; `nil` without an RR interval.
  public let heartRate: HeartRateFigures?
  /// Variability; `nil` with too few NN intervals.
  public let variability: VariabilityFigures?
  /// The longest RR interval in seconds and where it begins; `nil` without any.
  public let longestRR: (duration: Double, seconds: Double)?
  /// Hour by hour.
  public let hours: [Hour]
  /// The trend of the heart rate, at most ``trendPoints`` points.
  public let trend: [TrendPoint]
  /// Rhythms that occurred, the gravest first.
  public let rhythms: [RhythmTotal]
  /// Seconds without signal.
  public let missingSeconds: Double
  /// Seconds of signal of poor quality.
  public let poorSeconds: Double
  /// Seconds of stretches without beats, mostly of poor signal: neither pause nor asystole, for nobody can tell.
  public let silentPoorSeconds: Double
  /// The mean index of signal quality where there is signal, 0…1; `nil` without.
  public let meanQuality: Double?

  /// Points of the trend at most: two a minute of six hours, or one in two minutes of a day.
  public static let trendPoints = 720

  /// The figures of findings.
  public init(_ findings: HolterFindings) {
    let beats = findings.beats
    self.beats = BeatCounts(beats[...])
    heartRate = HeartRateFigures(beats[...])
    variability = VariabilityFigures(beats)
    longestRR = beats.compactMap { beat in beat.rrSeconds.map { ($0, beat.seconds - $0) } }.max { $0.0 < $1.0 }
    let quality = QualityTotals(findings.quality)
    missingSeconds = quality.missingSeconds
    poorSeconds = quality.poorSeconds
    silentPoorSeconds = findings.unreadableSilences.reduce(0) { $0 + $1.seconds }
    meanQuality = quality.mean
    rhythms = Self.totals(findings.episodes)
    hours = Self.hours(findings, poor: quality.poorByHour)
    trend = HeartRateTrend.points(of: findings)
  }

  private static func totals(_ episodes: [RhythmEpisode]) -> [RhythmTotal] {
    Rhythm.byGravity.compactMap { rhythm in
      let own = episodes.filter { $0.rhythm == rhythm }
      guard !own.isEmpty else { return nil }
      return RhythmTotal(
        rhythm: rhythm, episodes: own.count, seconds: own.reduce(0) { $0 + $1.seconds },
        longest: own.map(\.seconds).max() ?? 0, fastest: own.compactMap(\.tellingRate).max())
    }
  }

  private static func hours(_ findings: HolterFindings, poor: [Double]) -> [Hour] {
    let count = Int((findings.seconds / 3_600).rounded(.up))
    var begin = findings.beats.startIndex
    return (0..<count).map { hour in
      let end = Double(hour + 1) * 3_600
      var next = begin
      while next < findings.beats.endIndex, findings.beats[next].seconds < end { next += 1 }
      defer { begin = next }
      let own = findings.beats[begin..<next]
      var episodes: [Rhythm: Int] = [:]
      for episode in findings.episodes where Int(episode.onset / 125 / 3_600) == hour {
        episodes[episode.rhythm, default: 0] += 1
      }
      return Hour(
        seconds: Double(hour) * 3_600..<max(Double(hour) * 3_600, min(end, findings.seconds)), beats: BeatCounts(own),
        heartRate: HeartRateFigures(own), poorSeconds: hour < poor.count ? poor[hour] : 0, episodes: episodes)
    }
  }
}

extension HolterSummary {
  /// What is added to the words about the signal where beats may be hidden by it; empty where none are.
  var silenceRemark: String {
    silentPoorSeconds > 0
      ? "; no beats show for \(TimeText.duration(silentPoorSeconds)), mostly in poor signal, and nobody can tell why"
      : ""
  }
}

extension RhythmEpisode {
  /// The rate, unless the episode is a lack of beats, of which the duration tells everything.
  var tellingRate: Double? {
    rhythm.isLackOfBeats ? nil : rate
  }
}

extension Rhythm {
  /// Whether it is told by beats that do not come.
  var isLackOfBeats: Bool { self == .pause || self == .asystole }

  /// All rhythms, that first which a reader must see first.
  static let byGravity: [Rhythm] = [
    .ventricularFibrillation, .asystole, .ventricularTachycardia, .pause, .atrialFibrillation,
    .supraventricularTachycardia, .idioventricular, .couplet, .bigeminy, .trigeminy, .bradycardia, .tachycardia,
  ]
}
