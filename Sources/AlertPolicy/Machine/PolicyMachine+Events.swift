internal import Findings

/// What a rule saw: an event that begins an episode or belongs to the one that goes on.
struct PolicyEvent {
  let rule: AlertRule
  let onset: SignalMoment
  let end: SignalMoment
  let severity: AlertSeverity
  let explanation: String
  let evidence: [AlertEvidence]
  var beats: [Double] = []
  var heartRate: Double?
  var abnormalProbability: Double?
}

extension PolicyMachine {
  /// Seconds of signal for which an event says what lesser rules would say.
  static let impliedSeconds = 60.0

  /// Begins an episode with an event, or takes it as part of the one that goes on.
  mutating func observe(_ event: PolicyEvent, _ step: inout PolicyStep) {
    if self[event.rule].active == nil {
      guard !isImplied(event.rule) else { return }
      let body = AlertBody(
        rule: event.rule, severity: event.severity, onset: event.onset.time, onsetSample: event.onset.sample,
        explanation: event.explanation + step.clockRemark, heartRate: event.heartRate ?? step.finding.heartRate,
        abnormalProbability: event.abnormalProbability, beatCount: event.beats.count,
        abnormalBeatCount: event.rule.countsEctopicBeats ? event.beats.count : 0,
        evidence: event.evidence + step.clockEvidence,
        beats: event.beats)
      step.actions.append(self[event.rule].open(body, of: reference, at: step.end.sample, now: step.now))
    } else if let action = self[event.rule].worsen(
      to: event.severity, explanation: event.explanation + step.clockRemark,
      evidence: event.evidence + step.clockEvidence,
      beats: event.beats, at: step.end.sample, now: step.now)
    {
      step.actions.append(action)
    }
    self[event.rule].lastEvent = event.end
  }

  /// Ends the episodes made of events whose last one is long enough ago, in signal that could have shown another.
  mutating func closeEvents(_ step: inout PolicyStep) {
    guard step.isReadable, let lastBeat else { return }
    let configuration = step.configuration
    let rules: [(AlertRule, Double)] = [
      (.ventricularRun, configuration.ventricularRun.offSeconds),
      (.supraventricularTachycardia, configuration.supraventricularTachycardia.offSeconds),
      (.couplets, configuration.couplets.offSeconds), (.bigeminy, configuration.bigeminy.offSeconds),
      (.trigeminy, configuration.trigeminy.offSeconds), (.pause, configuration.pause.offSeconds),
      (.asystole, configuration.asystole.offSeconds),
    ]
    for (rule, seconds) in rules {
      guard let last = self[rule].lastEvent, lastBeat.sample >= last.sample, step.end.seconds(since: last) >= seconds
      else { continue }
      self[rule].lastEvent = nil
      if let action = self[rule].resolve(at: last.time) { step.actions.append(action) }
    }
  }

  /// Whether what a rule would say is said by a graver rule, or by one that knows better: while that one's condition holds,
  /// and for a while after the last event of one that is made of events.
  func isImplied(_ rule: AlertRule) -> Bool {
    rule.impliedBy.contains { name in
      let graver = self[name]
      if graver.gate.isHolding { return true }
      guard graver.active != nil, !graver.gate.isActive, let last = graver.lastEvent else { return false }
      return lastMoment.seconds(since: last) < Self.impliedSeconds
    }
  }
}

extension AlertRule {
  /// The rules beside which an alert of this one is no news.
  var impliedBy: [AlertRule] {
    switch self {
    case .ventricularFibrillation, .atrialFibrillation, .leadOff, .poorSignal, .noData, .lowBattery, .deviceClock: []
    case .asystole: [.ventricularFibrillation]
    case .ventricularRun: [.ventricularFibrillation]
    case .pause: [.ventricularFibrillation, .asystole]
    case .supraventricularTachycardia: [.ventricularFibrillation, .atrialFibrillation]
    case .sustainedAbnormalRhythm:
      [
        .ventricularFibrillation, .ventricularRun, .supraventricularTachycardia, .atrialFibrillation, .bigeminy,
        .trigeminy,
      ]
    case .tachycardia: [.ventricularFibrillation, .ventricularRun, .supraventricularTachycardia]
    case .bradycardia: [.ventricularFibrillation, .asystole]
    case .bigeminy, .trigeminy: [.ventricularFibrillation]
    case .couplets: [.ventricularFibrillation, .ventricularRun]
    case .ectopicBurden: [.sustainedAbnormalRhythm, .bigeminy, .trigeminy, .couplets, .ventricularRun]
    }
  }

  /// Whether the beats of an event are ectopic ones.
  var countsEctopicBeats: Bool {
    switch self {
    case .ventricularRun, .supraventricularTachycardia, .couplets, .bigeminy, .trigeminy: true
    default: false
    }
  }
}
