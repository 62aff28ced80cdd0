internal import Findings
internal import Wire

extension PolicyMachine {
  /// Counts the finding's beats, and sees what they make: runs, couplets, patterns, pauses.
  mutating func observeBeats(_ step: inout PolicyStep) {
    for beat in step.finding.beats {
      let moment = SignalMoment(sample: UInt64(max(0, beat.position)), time: beat.time)
      defer { lastBeat = moment }
      if beat.rrMilliseconds == nil { interruptSequences() }
      guard isReadable(beat, step.configuration) else {
        interruptSequences()
        continue
      }
      // While most of the signal cannot be read, what can be read is not much surer.
      let doubt = self[.poorSignal].gate.isHolding ? max(heart.doubt, HeartActivity.doubtful) : heart.doubt
      let isPlausible = heart.isPlausible(beat)
      heart.take(beat, at: moment.sample)
      guard heart.isSeen(at: moment.sample), isPlausible else {
        interruptSequences()
        continue
      }
      observeSequences(beat, moment, doubt: doubt, &step)
      guard signal.isReadable(at: beat.position) else { continue }
      sustainedWindow.add(sample: moment.sample, isAbnormal: beat.isAbnormal)
      if beat.isAbnormal { lastAbnormalProbability = beat.abnormalProbability }
      burdenWindow.add(sample: moment.sample, isAbnormal: beat.isAbnormal)
      for rule in AlertRule.allCases where rule.countsBeats && self[rule].active != nil {
        self[rule].revise { $0.count(beat) }
      }
      observeInterval(before: beat, at: moment, &step)
    }
  }

  /// A beat counts where its own quality suffices; what earlier findings did not say is the chunk's.
  private func isReadable(_ beat: BeatFinding, _ configuration: AlertPolicyConfiguration) -> Bool {
    beat.quality.map { $0 >= configuration.readableBeatQuality } ?? signal.isReadable(at: beat.position)
  }

  private mutating func interruptSequences() {
    ventricularRun.interrupt()
    supraventricularRun.interrupt()
    couplets.interrupt()
    bigeminy.interrupt()
    trigeminy.interrupt()
  }

  private mutating func observeSequences(
    _ beat: BeatFinding, _ moment: SignalMoment, doubt: Int, _ step: inout PolicyStep
  ) {
    let isVentricular = beat.beatClass == .v
    let isConnected = beat.rrMilliseconds != nil
    let configuration = step.configuration
    if configuration.ventricularRun.isEnabled,
      let run = ventricularRun.take(
        moment, position: beat.position, isCalled: isVentricular, probability: beat.ventricularProbability ?? 0,
        isEscape: beat.isEscape, isConnected: isConnected, doubt: doubt, rule: configuration.ventricularRun)
    {
      observe(run, .ventricularRun, "ventricular beats", configuration.ventricularRun, &step)
    }
    if configuration.supraventricularTachycardia.isEnabled,
      let run = supraventricularRun.take(
        moment, position: beat.position, isCalled: beat.beatClass == .s,
        probability: beat.supraventricularProbability ?? 0, isConnected: isConnected, doubt: doubt,
        rule: configuration.supraventricularTachycardia)
    {
      let rule = configuration.supraventricularTachycardia
      observe(run, .supraventricularTachycardia, "supraventricular ectopic beats", rule, &step)
    }
    guard heart.doubt < HeartActivity.unreadable else {
      couplets.interrupt()
      bigeminy.interrupt()
      trigeminy.interrupt()
      return
    }
    if couplets.take(moment, position: beat.position, isVentricular: isVentricular, isConnected: isConnected) {
      observeCouplets(moment, &step)
    }
    let supports =
      beat.isAbnormal
      && beat.ventricularProbability ?? 0 >= configuration.ventricularRun.supportingProbability
    if let stretch = bigeminy.take(
      moment, position: beat.position, isVentricular: isVentricular, supports: supports)
    {
      observe(stretch, .bigeminy, "second", configuration.bigeminy, &step)
    }
    if let stretch = trigeminy.take(
      moment, position: beat.position, isVentricular: isVentricular, supports: supports)
    {
      observe(stretch, .trigeminy, "third", configuration.trigeminy, &step)
    }
  }

  private mutating func observe(
    _ run: RunTracker.Run, _ name: AlertRule, _ beats: String, _ rule: RunRule, _ step: inout PolicyStep
  ) {
    let rate = run.rate
    let isFast = rate >= rule.fastRate
    guard isFast || rule.tellsSlow else { return }
    let isSevere = isFast && (run.beats >= rule.severeBeats || rate >= rule.severeRate)
    let unsure = run.supporting > 0 ? ", \(run.supporting) of them less surely" : ""
    observe(
      PolicyEvent(
        rule: name, onset: run.onset, end: run.end,
        severity: isSevere ? rule.severeSeverity : isFast ? rule.severity : rule.slowSeverity,
        explanation: "\(run.beats) \(beats) in a row\(unsure), at \(Figure.rate(rate)); limit "
          + "\(rule.minimumBeats), fast from \(Figure.rate(rule.fastRate)), severe from \(rule.severeBeats) beats or "
          + "\(Figure.rate(rule.severeRate)).",
        evidence: [
          AlertEvidence("run-beats", Double(run.beats), unit: "beats", limit: Double(rule.minimumBeats)),
          AlertEvidence("run-rate", rate, unit: "/min", limit: rule.fastRate),
          AlertEvidence("run-seconds", run.end.seconds(since: run.onset), unit: "s"),
          AlertEvidence("supporting-beats", Double(run.supporting), unit: "beats"),
          AlertEvidence("mean-probability", run.meanProbability, unit: "share"),
          AlertEvidence("doubtful-beats", Double(run.doubt), unit: "beats", limit: Double(HeartActivity.doubtful)),
        ], beats: run.positions, heartRate: rate, abnormalProbability: run.probability), &step)
  }

  private mutating func observeCouplets(_ moment: SignalMoment, _ step: inout PolicyStep) {
    let rule = step.configuration.couplets
    let count = couplets.count(within: rule.windowSeconds, before: moment)
    guard rule.isEnabled, count >= rule.count, let onset = couplets.first(of: rule.count) else { return }
    observe(
      PolicyEvent(
        rule: .couplets, onset: onset, end: moment, severity: rule.severity,
        explanation:
          "\(count) pairs of ventricular beats within \(Figure.seconds(rule.windowSeconds)); limit \(rule.count).",
        evidence: [
          AlertEvidence("couplets", Double(count), unit: "count", limit: Double(rule.count)),
          AlertEvidence("window-seconds", rule.windowSeconds, unit: "s"),
        ], beats: couplets.positions), &step)
  }

  private mutating func observe(
    _ stretch: PatternTracker.Stretch, _ name: AlertRule, _ ordinal: String, _ rule: PatternRule,
    _ step: inout PolicyStep
  ) {
    let seconds = stretch.end.seconds(since: stretch.onset)
    let unsure = stretch.supporting > 0 ? ", \(stretch.supporting) of them less surely" : ""
    guard rule.isEnabled, stretch.ventricular >= 3, seconds >= rule.minimumSeconds else { return }
    observe(
      PolicyEvent(
        rule: name, onset: stretch.onset, end: stretch.end, severity: rule.severity,
        explanation:
          "Every \(ordinal) beat ventricular for \(Figure.seconds(seconds)), \(stretch.ventricular) times\(unsure); limit "
          + "\(Figure.seconds(rule.minimumSeconds)).",
        evidence: [
          AlertEvidence("pattern-seconds", seconds, unit: "s", limit: rule.minimumSeconds),
          AlertEvidence("ventricular-beats", Double(stretch.ventricular), unit: "beats"),
          AlertEvidence("supporting-beats", Double(stretch.supporting), unit: "beats"),
        ], beats: stretch.positions), &step)
  }

  private mutating func observeInterval(before beat: BeatFinding, at moment: SignalMoment, _ step: inout PolicyStep) {
    // Over a ventricular rhythm, in which no beats can be told, an interval says nothing.
    guard let milliseconds = beat.rrMilliseconds, !self[.ventricularFibrillation].gate.isActive else { return }
    let seconds = Double(milliseconds) / 1000
    let onset = moment.before(seconds: seconds)
    let asystole = step.configuration.asystole
    let pause = step.configuration.pause
    // Both beats must be readable and the heart's, and most of what lies between readable: a beat may hide in noise.
    guard signal.isReadable(at: Double(onset.sample)), isSilent(from: onset.sample, to: moment.sample),
      heart.isIntervalBelieved
    else { return }
    let doubtful = AlertEvidence(
      "doubtful-beats", Double(heart.doubt), unit: "beats", limit: Double(HeartActivity.doubtful))
    let positions = [Double(onset.sample), beat.position]
    if asystole.isEnabled, seconds >= asystole.seconds {
      observe(
        PolicyEvent(
          rule: .asystole, onset: onset, end: moment, severity: asystole.severity,
          explanation:
            "No beat for \(Figure.seconds(seconds)); asystole-like from \(Figure.seconds(asystole.seconds)).",
          evidence: [AlertEvidence("interval", seconds, unit: "s", limit: asystole.seconds), doubtful],
          beats: positions), &step)
    } else if pause.isEnabled, seconds >= pause.pauseSeconds {
      observe(
        PolicyEvent(
          rule: .pause, onset: onset, end: moment, severity: pause.severity,
          explanation: "No beat for \(Figure.seconds(seconds)); limit \(Figure.seconds(pause.pauseSeconds)).",
          evidence: [AlertEvidence("interval", seconds, unit: "s", limit: pause.pauseSeconds), doubtful],
          beats: positions), &step)
    }
  }

  /// Whether most of a stretch without beats could have shown one.
  private func isSilent(from start: UInt64, to end: UInt64) -> Bool {
    signal.readableShare(from: start, to: end) >= 0.5
  }

  /// Sees that no beat has come for longer than the analysis needs to tell one.
  mutating func observeAbsenceOfBeats(_ step: inout PolicyStep) {
    let rule = step.configuration.asystole
    guard rule.isEnabled, let stretchStart else { return }
    let hadBeat = lastBeat.map { $0.sample >= stretchStart.sample } ?? false
    // Beats could be told again from where a ventricular rhythm ended.
    let fibrillationEnd = self[.ventricularFibrillation].gate.fallingSince
    let lastKnown = hadBeat ? lastBeat ?? stretchStart : stretchStart
    let isAfterFibrillation = fibrillationEnd.map { $0.sample > lastKnown.sample } ?? false
    let reference = isAfterFibrillation ? fibrillationEnd ?? lastKnown : lastKnown
    let silence = step.end.seconds(since: reference)
    // The chunk that holds the last beat must be readable; without a beat in this stretch, the present one must be.
    let isTrusted =
      isAfterFibrillation
      || (hadBeat
        ? self[.asystole].active != nil || signal.isReadable(at: Double(reference.sample)) : step.isReadable)
    guard silence >= rule.seconds + rule.analysisDelaySeconds, isTrusted, !self[.poorSignal].gate.isHolding,
      heart.isSeen(at: reference.sample),
      isSilent(from: reference.sample, to: step.end.sample)
    else { return }
    observe(
      PolicyEvent(
        rule: .asystole, onset: reference, end: step.end, severity: rule.severity,
        explanation: "No beat for more than \(Figure.seconds(rule.seconds)) with electrodes in contact: asystole-like. "
          + "Last beat analysed \(Figure.seconds(silence)) before.",
        evidence: [
          AlertEvidence("silence", silence, unit: "s", limit: rule.seconds + rule.analysisDelaySeconds)
        ], beats: hadBeat ? [Double(reference.sample)] : []), &step)
  }
}

extension BeatFinding {
  /// A ventricular escape beat by what defines one, whatever it is called: it comes late, and it is another complex than the patient's own
  /// conduction makes, and wider. EC57 counts it as ventricular; the network calls it normal, since lateness speaks for that.
  var isEscape: Bool {
    guard shape == .wide, beatClass == .n || beatClass == .f, let rrMilliseconds else { return false }
    // 50/min: above it a subordinate pacemaker does not show.
    return rrMilliseconds >= 1200
  }
}

extension AlertRule {
  /// Whether the beats of an episode that goes on are counted in its alert.
  fileprivate var countsBeats: Bool {
    switch self {
    case .leadOff, .poorSignal, .noData, .lowBattery, .deviceClock: false
    default: true
    }
  }
}

extension AlertBody {
  /// Counts a beat that belongs to the episode.
  mutating func count(_ beat: BeatFinding) {
    beatCount += 1
    if beat.isAbnormal { abnormalBeatCount += 1 }
    abnormalProbability = max(abnormalProbability ?? 0, beat.abnormalProbability)
  }
}
