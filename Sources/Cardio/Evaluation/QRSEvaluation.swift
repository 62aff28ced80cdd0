/// How well the production path finds the beats of annotated recordings, in the manner of ANSI/AAMI EC57.
public struct QRSEvaluation: Hashable, Sendable, Encodable {
  /// One record's comparison.
  public struct Record: Hashable, Sendable, Encodable {
    /// The record's name.
    public let record: String
    /// How long it is, in seconds.
    public let durationSeconds: Double
    /// The counts of EC57.
    public let comparison: BeatComparison

    /// A record's comparison.
    public init(record: String, durationSeconds: Double, comparison: BeatComparison) {
      self.record = record
      self.durationSeconds = durationSeconds
      self.comparison = comparison
    }

    /// Encodes the name, the duration and the statistics side by side.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(record, forKey: .record)
      try container.encode(durationSeconds, forKey: .durationSeconds)
      try QRSStatistics(comparison).encode(to: encoder)
    }

    private enum Key: String, CodingKey {
      case record
      case durationSeconds
    }
  }

  /// The tolerance in ms.
  public let toleranceMilliseconds: Double
  /// The index of the signal that was read.
  public let lead: Int
  /// The records.
  public let records: [Record]

  /// An evaluation from its records.
  public init(toleranceMilliseconds: Double, lead: Int, records: [Record]) {
    self.toleranceMilliseconds = toleranceMilliseconds
    self.lead = lead
    self.records = records
  }

  /// The statistics over all beats: every beat counts alike.
  public var gross: QRSStatistics {
    var sum = BeatComparison()
    for record in records { sum += record.comparison }
    return QRSStatistics(sum)
  }

  /// The mean of the records' statistics: every record counts alike.
  public var average: QRSStatistics {
    QRSStatistics(averaging: records.map { QRSStatistics($0.comparison) })
  }

  /// Encodes tolerance, lead, `records`, `gross` and `average`.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(toleranceMilliseconds, forKey: .toleranceMilliseconds)
    try container.encode(lead, forKey: .lead)
    try container.encode(records, forKey: .records)
    try container.encode(gross, forKey: .gross)
    try container.encode(average, forKey: .average)
  }

  private enum Key: String, CodingKey {
    case toleranceMilliseconds
    case lead
    case records
    case gross
    case average
  }
}

extension QRSEvaluation.Record {
  /// Compares the beats of ``RecordReplay`` with a record's annotations; stretches of ventricular flutter do not count.
  ///
  /// - Parameters:
  ///   - name: The record's name.
  ///   - samples: What the device would have sent, at 125 Hz.
  ///   - beats: What the analysis found in them.
  ///   - annotations: The reference.
  ///   - rate: The rate at which the annotations count.
  ///   - tolerance: In seconds.
  public init(
    name: String, samples: [Int16], beats: [SegmentedBeat], annotations: WFDBAnnotations, rate: SampleRate,
    tolerance: Double = BeatComparison.standardTolerance
  ) {
    let hertz = rate.hertz
    let excluded = annotations.flutter.map { range in
      Double(range.lowerBound) / hertz..<(range.upperBound == .max ? .infinity : Double(range.upperBound) / hertz)
    }
    self.init(
      record: name, durationSeconds: Double(samples.count) * SampleRate.analysis.interval,
      comparison: BeatComparison(
        reference: annotations.beats.map { Double($0.sample) / hertz }, detected: beats.map(\.beat.seconds),
        tolerance: tolerance, excluded: excluded))
  }
}
