public import AlertPolicy
public import Findings
internal import Inference

/// What a policy would have told of one recording, beside what its readers found.
public struct TrialRecord: Sendable, Encodable {
  /// An alert of the trial. Times are seconds from the recording's first sample.
  public struct Alert: Sendable, Encodable {
    /// Which rule.
    public let rule: AlertRule
    /// How severe it became.
    public let severity: AlertSeverity
    /// When the episode began …
    public let onsetSeconds: Double
    /// … when it was told …
    public let toldSeconds: Double
    /// … and when it was over: the recording's end where it went on.
    public let endSeconds: Double
    /// Whether the readers saw the same; `nil` for what they do not annotate.
    public let isConfirmed: Bool?
    /// What people would have read.
    public let explanation: String
    /// The numbers behind it.
    public let evidence: [AlertEvidence]
  }

  /// Annotated episodes of one kind.
  public struct Episodes: Sendable, Encodable {
    /// How many there are.
    public var annotated = 0
    /// How many lie within an alert that answers them.
    public var found = 0
    /// Where the others begin, in seconds.
    public var missedSeconds: [Double] = []
  }

  /// The recording's name.
  public let record: String
  /// How long it is, in hours.
  public let hours: Double
  /// Whether the network that ships was fitted on it (the 22 patients of DS1).
  public let isInTraining: Bool
  /// The alerts, in the order in which they were told.
  public let alerts: [Alert]
  /// Annotated episodes by kind; kinds without any are left out.
  public let episodes: [String: Episodes]

  /// Alerts that the readers do not confirm.
  public var falseAlerts: Int { alerts.count { $0.isConfirmed == false } }

  /// Runs a policy over a recording's findings.
  ///
  /// - Parameters:
  ///   - name: The recording's name.
  ///   - session: Its findings.
  ///   - annotated: What its readers found.
  ///   - policy: The policy.
  public init(
    name: String, session: RecordedSession, annotated: AnnotatedRecording, policy: AlertPolicyConfiguration
  ) {
    record = name
    hours = session.seconds / 3600
    isInTraining = PatientSplit.ds1.records.contains(name)
    let end = session.seconds
    let replayed = PolicyReplay.alerts(of: session.findings, reference: RecordedSession.reference, under: policy)
    alerts = replayed.map { alert in
      let onset = RecordedSession.seconds(at: alert.body.onset)
      let over = alert.body.end.map(RecordedSession.seconds(at:)) ?? end
      return Alert(
        rule: alert.body.rule, severity: alert.body.severity, onsetSeconds: onset,
        toldSeconds: RecordedSession.seconds(at: alert.openedAt), endSeconds: over,
        isConfirmed: annotated.confirms(alert.body.rule, in: onset..<max(over, onset + 0.1)),
        explanation: alert.body.explanation, evidence: alert.body.evidence)
    }
    var episodes: [String: Episodes] = [:]
    for kind in AnnotatedRecording.Episode.allCases {
      let spans = annotated.episodes(kind)
      guard !spans.isEmpty else { continue }
      let answers = alerts.filter { kind.rules.contains($0.rule) }.map {
        $0.onsetSeconds...max($0.endSeconds, $0.onsetSeconds)
      }
      var counts = Episodes()
      counts.annotated = spans.count
      for span in spans {
        // Within a tenth of a second: an R peak is found a few milliseconds beside the annotated one.
        let isFound = answers.contains { $0.overlaps(span.lowerBound - 0.1...span.upperBound + 0.1) }
        if isFound { counts.found += 1 } else { counts.missedSeconds.append(span.lowerBound) }
      }
      episodes[kind.rawValue] = counts
    }
    self.episodes = episodes
  }

  private enum CodingKeys: String, CodingKey {
    case record, hours, isInTraining, alerts, episodes, alertsPerHour, falseAlerts, falseAlertsPerHour
  }

  /// Encodes the record with its rates.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(record, forKey: .record)
    try values.encode(hours, forKey: .hours)
    try values.encode(isInTraining, forKey: .isInTraining)
    try values.encode(alerts, forKey: .alerts)
    try values.encode(episodes, forKey: .episodes)
    try values.encode(hours > 0 ? Double(alerts.count) / hours : 0, forKey: .alertsPerHour)
    try values.encode(falseAlerts, forKey: .falseAlerts)
    try values.encode(hours > 0 ? Double(falseAlerts) / hours : 0, forKey: .falseAlertsPerHour)
  }
}
