/// How well rhythms are told, against the rhythm and beat annotations of recordings, in the manner of ANSI/AAMI EC57.
public struct RhythmEvaluation: Sendable, Encodable {
  /// One record's comparisons; of several records their sums.
  public struct Comparison: Sendable, Encodable {
    /// Episodes and durations by rhythm; see ``RhythmEvaluation/Reference``.
    public var rhythms: [Reference: SpanComparison] = [:]
    /// Couplets (EC57: run by run).
    public var couplets = SpanComparison()
    /// Runs of three or more ventricular beats (EC57: run by run).
    public var runs = SpanComparison()
    /// Alarms about ventricular tachycardia, flutter and fibrillation.
    public var alarms = AlarmComparison()

    /// A comparison of nothing.
    public init() {}

    /// Adds another record's counts.
    public static func += (lhs: inout Comparison, rhs: Comparison) {
      for (rhythm, comparison) in rhs.rhythms { lhs.rhythms[rhythm, default: SpanComparison()] += comparison }
      lhs.couplets += rhs.couplets
      lhs.runs += rhs.runs
      lhs.alarms += rhs.alarms
    }

    /// Encodes `rhythms`, `couplets`, `runs` and `alarms`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      let named = Dictionary(uniqueKeysWithValues: rhythms.map { ($0.key.rawValue, $0.value) })
      try container.encode(named, forKey: .rhythms)
      try container.encode(couplets, forKey: .couplets)
      try container.encode(runs, forKey: .runs)
      try container.encode(alarms, forKey: .alarms)
    }

    private enum Key: String, CodingKey {
      case rhythms, couplets, runs, alarms
    }
  }

  /// One record.
  public struct Record: Sendable, Encodable {
    /// Its name.
    public let record: String
    /// How long it is, in seconds.
    public let durationSeconds: Double
    /// What was compared.
    public let comparison: Comparison

    /// Encodes the name, the duration and the comparison.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(record, forKey: .record)
      try container.encode(durationSeconds, forKey: .durationSeconds)
      try comparison.encode(to: encoder)
    }

    private enum Key: String, CodingKey {
      case record, durationSeconds
    }
  }

  /// Where the beats came from.
  public let beats: String
  /// The index of the signal that was read.
  public let lead: Int
  /// The records.
  public let records: [Record]

  /// An evaluation from its records.
  ///
  /// - Parameters:
  ///   - beats: Where the beats came from.
  ///   - lead: The index of the signal.
  ///   - records: The records.
  public init(beats: String, lead: Int, records: [Record]) {
    self.beats = beats
    self.lead = lead
    self.records = records
  }

  /// The sums over all records: every episode and every second counts alike.
  public var gross: Comparison {
    var sum = Comparison()
    for record in records { sum += record.comparison }
    return sum
  }

  /// Encodes `beats`, `lead`, `records` and `gross`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(beats, forKey: .beats)
    try container.encode(lead, forKey: .lead)
    try container.encode(records, forKey: .records)
    try container.encode(gross, forKey: .gross)
  }

  private enum Key: String, CodingKey {
    case beats, lead, records, gross
  }
}
