internal import Findings
internal import Wire

extension PolicyMachine {
  /// Counts the finding's beats, and sees the pauses between them.
  mutating func observeBeats(_ step: inout PolicyStep) {
    for beat in step.finding.beats {
      let moment = SignalMoment(sample: UInt64(max(0, beat.position)), time: beat.time)
      defer { lastBeat = moment }
      guard signal.isReadable(at: beat.position) else { continue }
      sustainedWindow.add(sample: moment.sample, isAbnormal: beat.isAbnormal)
      if beat.isAbnormal { lastAbnormalProbability = beat.abnormalProbability }
      burdenWindow.add(sample: moment.sample, isAbnormal: beat.isAbnormal)
      for rule in [AlertRule.sustainedAbnormalRhythm, .ectopicBurden, .tachycardia, .bradycardia, .pause]
      where self[rule].active != nil {
        self[rule].revise { $0.count(beat) }
      }
      observeInterval(before: beat, at: moment, &step)
    }
  }

  private mutating func observeInterval(before beat: BeatFinding, at moment: SignalMoment, _ step: inout PolicyStep) {
    let rule = step.configuration.pause
    guard rule.isEnabled, let milliseconds = beat.rrMilliseconds else { return }
    let seconds = Double(milliseconds) / 1000
    let onset = moment.before(seconds: seconds)
    // Both beats must be readable. What lies between them holds no beat and is never called a clean ECG.
    guard seconds >= rule.pauseSeconds, signal.isReadable(at: Double(onset.sample)) else { return }
    let isAsystole = seconds >= rule.asystoleSeconds
    let explanation =
      "No beat for \(Figure.seconds(seconds)); limit \(Figure.seconds(rule.pauseSeconds))"
      + (isAsystole ? ", asystole-like from \(Figure.seconds(rule.asystoleSeconds))." : ".") + step.clockRemark
    observePause(
      from: onset, to: moment, severity: isAsystole ? rule.asystoleSeverity : rule.severity, explanation, &step)
  }

  /// Sees that no beat has come for longer than the analysis needs to tell one.
  mutating func observeAbsenceOfBeats(_ step: inout PolicyStep) {
    let rule = step.configuration.pause
    guard rule.isEnabled, let stretchStart else { return closePause(&step) }
    let hadBeat = lastBeat.map { $0.sample >= stretchStart.sample } ?? false
    let reference = hadBeat ? lastBeat ?? stretchStart : stretchStart
    let silence = step.end.seconds(since: reference)
    let limit = rule.asystoleSeconds + rule.analysisDelaySeconds
    // The chunk that holds the last beat must be readable; without a beat in this stretch, the present one must be.
    let isTrusted =
      hadBeat
      ? self[.pause].active != nil || signal.isReadable(at: Double(reference.sample)) : step.isReadable
    guard silence >= limit, isTrusted else { return closePause(&step) }
    let explanation =
      "No beat for more than \(Figure.seconds(rule.asystoleSeconds)) with electrodes in contact: asystole-like. "
      + "Last beat analysed \(Figure.seconds(silence)) before." + step.clockRemark
    observePause(from: reference, to: step.end, severity: rule.asystoleSeverity, explanation, &step)
  }

  private mutating func observePause(
    from onset: SignalMoment, to end: SignalMoment, severity: AlertSeverity, _ explanation: String,
    _ step: inout PolicyStep
  ) {
    lastPauseEnd = end
    if self[.pause].active != nil {
      if let action = self[.pause].worsen(
        to: severity, explanation: explanation, at: step.end.sample, now: step.now)
      {
        step.actions.append(action)
      }
    } else {
      let body = AlertBody(
        rule: .pause, severity: severity, onset: onset.time, onsetSample: onset.sample, explanation: explanation,
        heartRate: step.finding.heartRate)
      step.actions.append(self[.pause].open(body, of: reference, at: step.end.sample, now: step.now))
    }
  }

  /// Ends the episode when beats have come without a pause for long enough.
  private mutating func closePause(_ step: inout PolicyStep) {
    guard let lastPauseEnd, let lastBeat, step.isReadable, lastBeat.sample >= lastPauseEnd.sample,
      step.end.seconds(since: lastPauseEnd) >= step.configuration.pause.offSeconds
    else { return }
    self.lastPauseEnd = nil
    if let action = self[.pause].resolve(at: lastPauseEnd.time) { step.actions.append(action) }
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
