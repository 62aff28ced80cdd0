public import Findings
public import Store
public import Wire

/// The alert policy of one session: findings and facts in, decisions out. A value without a clock or a socket.
///
/// The same findings give the same decisions, whatever the server's time: it is asked for only where a person waits
/// (silence, reminders). So a restart may read findings again from the last stored position and open nothing twice.
public struct PolicyMachine: Hashable, Sendable, Codable {
  /// Which session.
  public let reference: SessionReference
  /// The last finding that was evaluated.
  public private(set) var evaluatedThrough: UInt64?
  /// Whether the device has begun another session: nothing more is expected of this one.
  public private(set) var isSuperseded = false

  var episodes: [String: RuleEpisode] = [:]
  var sustainedWindow: ShareWindow
  var burdenWindow: ShareWindow
  /// Chunks in which no heart could be read.
  var signalWindow: ShareWindow
  var signal = ReadableSignal()
  var heart = HeartActivity()
  /// The ECG lead that is evaluated: the first that the session shows.
  var lead: ChunkKind?
  /// Where the present stretch without gap or lead-off began.
  var stretchStart: SignalMoment?
  var lastBeat: SignalMoment?
  /// P(abnormal) of the last readable abnormal beat.
  var lastAbnormalProbability: Double?
  var ventricularRun = RunTracker()
  var supraventricularRun = RunTracker()
  var couplets = CoupletTracker()
  var bigeminy = PatternTracker(spacing: 1)
  var trigeminy = PatternTracker(spacing: 2)
  /// Reports of a low battery in a row.
  var lowBatteryReports = 0
  /// The delay between date and arrival that a clock behind time keeps, in seconds.
  var steadyDelay: Double?
  /// End of the last chunk.
  var lastMoment = SignalMoment(sample: 0, time: 0)

  /// A session of which nothing was read yet.
  public init(reference: SessionReference, configuration: AlertPolicyConfiguration) {
    self.reference = reference
    sustainedWindow = ShareWindow(seconds: configuration.sustainedAbnormalRhythm.windowSeconds)
    burdenWindow = ShareWindow(seconds: configuration.ectopicBurden.windowSeconds)
    signalWindow = ShareWindow(seconds: configuration.poorSignal.windowSeconds)
  }

  /// The alerts that go on, by rule.
  public var activeAlerts: [AlertEpisode] { AlertRule.allCases.compactMap { self[$0].active?.episode } }

  /// Adopts limits that changed since the state was stored: a window of another length begins anew.
  public mutating func adopt(_ configuration: AlertPolicyConfiguration) {
    let fresh = PolicyMachine(reference: reference, configuration: configuration)
    if !sustainedWindow.hasLength(of: fresh.sustainedWindow) { sustainedWindow = fresh.sustainedWindow }
    if !burdenWindow.hasLength(of: fresh.burdenWindow) { burdenWindow = fresh.burdenWindow }
    if !signalWindow.hasLength(of: fresh.signalWindow) { signalWindow = fresh.signalWindow }
  }

  /// Evaluates the session's next finding; one that was evaluated already changes nothing.
  /// - Parameters:
  ///   - finding: what the analysis said next.
  ///   - configuration: the limits in force.
  ///   - now: the server's clock; it never decides, it only dates what people are told.
  public mutating func evaluate(
    _ finding: Finding, under configuration: AlertPolicyConfiguration, now: UnixMicroseconds
  ) -> [PolicyAction] {
    if let evaluatedThrough, finding.sequence <= evaluatedThrough { return [] }
    evaluatedThrough = finding.sequence
    if finding.kind == .status, !finding.isRefused {
      var step = PolicyStep(finding, configuration: configuration, now: now)
      observeBattery(&step)
      return step.actions
    }
    guard finding.kind.isECG, finding.kind == lead ?? finding.kind, finding.sampleCount > 0, !finding.isRefused else {
      return []
    }
    lead = finding.kind
    var step = PolicyStep(finding, configuration: configuration, now: now)
    step.isReadable = finding.leadOff.isEmpty && (finding.quality ?? 0) >= configuration.readableQuality
    step.showsHeart = heart.isSeen(at: step.start.sample) && heart.doubt < HeartActivity.unreadable
    signal.append(start: step.start.sample, end: step.end.sample, isReadable: step.isReadable)
    if !finding.leadOff.isEmpty {
      stretchStart = nil
    } else if finding.missingSamples > 0 || stretchStart == nil {
      stretchStart = step.start
    }
    observeContact(&step)
    observeClock(&step)
    observeWaveform(&step)
    observeBeats(&step)
    observeAbsenceOfBeats(&step)
    observeSignal(&step)
    closeEvents(&step)
    observeFibrillation(&step)
    observeShares(&step)
    observeRate(&step)
    lastMoment = step.end
    for rule in AlertRule.allCases {
      if let update = self[rule].storeIfDue(at: step.end.sample, everySeconds: configuration.updateSeconds) {
        step.actions.append(update)
      }
    }
    return step.actions
  }

  /// Goes on behind findings that could not be opened.
  public mutating func pass(over sequence: UInt64) {
    if evaluatedThrough.map({ $0 < sequence }) ?? true { evaluatedThrough = sequence }
  }

  subscript(rule: AlertRule) -> RuleEpisode {
    get { episodes[rule.rawValue] ?? RuleEpisode() }
    set { episodes[rule.rawValue] = newValue }
    _modify { yield &episodes[rule.rawValue, default: RuleEpisode()] }
  }

  mutating func supersede() { isSuperseded = true }
}

/// One finding on its way through the rules.
struct PolicyStep {
  let finding: Finding
  let configuration: AlertPolicyConfiguration
  let now: UnixMicroseconds
  let start: SignalMoment
  let end: SignalMoment
  var isReadable = false
  /// Whether a heart was seen not long before, and few beats are doubtful.
  var showsHeart = false
  var actions: [PolicyAction] = []

  init(_ finding: Finding, configuration: AlertPolicyConfiguration, now: UnixMicroseconds) {
    self.finding = finding
    self.configuration = configuration
    self.now = now
    start = SignalMoment(sample: finding.firstSample, time: finding.captureTime)
    let microseconds = UInt64(Double(finding.sampleCount) / SignalMoment.sampleRate * 1e6)
    end = SignalMoment(
      sample: finding.firstSample + UInt64(finding.sampleCount), time: finding.captureTime + microseconds)
  }

  /// What every explanation ends with when the times in it are the device's own.
  var clockRemark: String {
    finding.isClockSynchronised ? "" : " The device's clock had not been set: times are its own."
  }

  /// The same for whoever says it in another language.
  var clockEvidence: [AlertEvidence] {
    finding.isClockSynchronised ? [] : [AlertEvidence("clock-unset", 1, unit: "flag")]
  }

  func timing(on: Double, off: Double) -> EpisodeGate.Timing {
    EpisodeGate.Timing(onSeconds: on, offSeconds: off, bridgedSeconds: configuration.bridgedSeconds)
  }
}
