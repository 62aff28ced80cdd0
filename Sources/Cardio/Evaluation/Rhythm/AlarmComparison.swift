/// How soon alarms come, and how many are false.
public struct AlarmComparison: Hashable, Sendable {
  /// An alarm: when it was raised, and the stretch that it is about, in seconds.
  public struct Alarm: Hashable, Sendable {
    /// When it was raised: the end of the chunk with which it was decided.
    public let raised: Double
    /// From where to where its episode reaches.
    public let span: Range<Double>

    /// An alarm.
    ///
    /// - Parameters:
    ///   - raised: When it was raised, in seconds.
    ///   - span: Its episode, in seconds.
    public init(raised: Double, span: Range<Double>) {
      self.raised = raised
      self.span = span
    }
  }

  /// Reference episodes that ask for an alarm.
  public var episodes = 0
  /// Those that an alarm's episode overlaps.
  public var alarmed = 0
  /// Those of which the alarm stood within the limit behind the onset.
  public var inTime = 0
  /// The delay from onset to alarm of each episode alarmed, in seconds; 0 where the alarm stood already.
  public var delays: [Double] = []
  /// Alarms about stretches that touch no reference episode.
  public var falseAlarms = 0
  /// Of these, alarms about stretches that touch nothing that its readers could not judge either.
  public var falseAlarmsInReadableSignal = 0
  /// Seconds of recording.
  public var seconds = 0.0

  /// A comparison of nothing.
  public init() {}

  /// Compares alarms with reference episodes.
  ///
  /// - Parameters:
  ///   - reference: The stretches that are to be alarmed, of any length, in seconds.
  ///   - alarms: The alarms.
  ///   - minimum: How long an episode must be to ask for an alarm, in seconds. Shorter ones make no alarm false.
  ///   - limit: How late an alarm may be, in seconds.
  ///   - harmless: Stretches that ask for no alarm, and about which an alarm is not false.
  ///   - noise: Stretches that the readers of the recording could not judge.
  ///   - seconds: How long the recording is.
  public init(
    reference: [Range<Double>], alarms: [Alarm], minimum: Double = 4, limit: Double = 10,
    harmless: [Range<Double>] = [],
    noise: [Range<Double>] = [],
    seconds: Double
  ) {
    self.seconds = seconds
    let wanted = SpanComparison.merged(reference)
    for episode in wanted where episode.upperBound - episode.lowerBound >= minimum {
      episodes += 1
      guard let first = alarms.filter({ $0.span.overlaps(episode) }).map(\.raised).min() else { continue }
      alarmed += 1
      let delay = max(0, first - episode.lowerBound)
      delays.append(delay)
      if delay <= limit { inTime += 1 }
    }
    for alarm in alarms where !(wanted + harmless).contains(where: { $0.overlaps(alarm.span) }) {
      falseAlarms += 1
      if !noise.contains(where: { $0.overlaps(alarm.span) }) { falseAlarmsInReadableSignal += 1 }
    }
  }

  /// Adds another record's counts.
  public static func += (lhs: inout AlarmComparison, rhs: AlarmComparison) {
    lhs.episodes += rhs.episodes
    lhs.alarmed += rhs.alarmed
    lhs.inTime += rhs.inTime
    lhs.delays += rhs.delays
    lhs.falseAlarms += rhs.falseAlarms
    lhs.falseAlarmsInReadableSignal += rhs.falseAlarmsInReadableSignal
    lhs.seconds += rhs.seconds
  }

  /// False alarms an hour; `nil` without a recording.
  public var falseAlarmsPerHour: Double? { seconds > 0 ? Double(falseAlarms) * 3600 / seconds : nil }
}

extension AlarmComparison: Encodable {
  /// Encodes the counts and rates.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    let sorted = delays.sorted()
    try container.encode(episodes, forKey: .episodes)
    try container.encode(episodes > 0 ? Double(alarmed) / Double(episodes) : nil, forKey: .sensitivity)
    try container.encode(episodes > 0 ? Double(inTime) / Double(episodes) : nil, forKey: .sensitivityInTime)
    try container.encode(sorted.isEmpty ? nil : sorted[sorted.count / 2], forKey: .medianDelaySeconds)
    try container.encode(sorted.last, forKey: .longestDelaySeconds)
    try container.encode(falseAlarms, forKey: .falseAlarms)
    try container.encode(falseAlarmsInReadableSignal, forKey: .falseAlarmsInReadableSignal)
    try container.encode(falseAlarmsPerHour, forKey: .falseAlarmsPerHour)
  }

  private enum Key: String, CodingKey {
    case episodes, sensitivity, sensitivityInTime, medianDelaySeconds, longestDelaySeconds, falseAlarms
    case falseAlarmsInReadableSignal, falseAlarmsPerHour
  }
}
