internal import Findings

extension PolicyMachine {
  /// Ventricular tachycardia, flutter or fibrillation in the waveform: beats and signal quality have no say, since an index that leans on
  /// the height of QRS complexes calls such a rhythm noise. The model was fitted to tell it from noise; electrodes must be in contact.
  mutating func observeWaveform(_ step: inout PolicyStep) {
    let rule = step.configuration.ventricularFibrillation
    guard rule.isEnabled, step.finding.leadOff.isEmpty, let reading = step.finding.rhythm,
      let low = reading.ventricularLow, let high = reading.ventricularHigh
    else { return }
    let isReadable = reading.readability.map { $0 >= step.configuration.readableWaveform } ?? step.isReadable
    observe(
      .ventricularFibrillation, rule, low: low, high: high, at: step.start.before(seconds: 2), isKnown: isReadable,
      "The waveform looks like ventricular tachycardia, flutter or fibrillation", &step)
  }

  /// Atrial fibrillation by intervals and P waves.
  mutating func observeFibrillation(_ step: inout PolicyStep) {
    let rule = step.configuration.atrialFibrillation
    guard rule.isEnabled, let probability = step.finding.rhythm?.fibrillation else { return }
    // The model speaks of a beat some thirty beats ago.
    let position = step.finding.rhythm?.fibrillationPosition ?? step.start.sample
    let moment = step.start.before(
      seconds: Double(step.start.sample - min(position, step.start.sample)) / SignalMoment.sampleRate)
    observe(
      .atrialFibrillation, rule, low: probability, high: probability, at: moment,
      isKnown: (step.finding.rhythm?.readability).map { $0 >= step.configuration.readableWaveform } ?? step.isReadable
        && step.showsHeart,
      "Intervals are irregular without a pattern, and P waves are missing", &step)
  }

  private mutating func observe(
    _ name: AlertRule, _ rule: ProbabilityRule, low: Double, high: Double, at moment: SignalMoment, isKnown: Bool,
    _ what: String, _ step: inout PolicyStep
  ) {
    let level: EpisodeGate.Level =
      !isKnown ? .unknown : low >= rule.onProbability ? .on : high < rule.offProbability ? .off : .between
    if level == .on, !self[name].gate.isRisingOrActive { self[name].lastEvent = moment }
    switch self[name].gate.observe(
      level, from: step.start, to: step.end, timing: step.timing(on: rule.minimumSeconds, off: rule.offSeconds))
    {
    case .began:
      let onset = self[name].lastEvent ?? moment
      let body = AlertBody(
        rule: name, severity: rule.severity, onset: onset.time, onsetSample: onset.sample,
        explanation: "\(what): probability \(Figure.percent(low)), limit \(Figure.percent(rule.onProbability)) for "
          + "\(Figure.seconds(rule.minimumSeconds))." + step.clockRemark, heartRate: step.finding.heartRate,
        abnormalProbability: low,
        evidence: [
          AlertEvidence("probability", low, unit: "share", limit: rule.onProbability),
          AlertEvidence("duration", step.end.seconds(since: onset), unit: "s", limit: rule.minimumSeconds),
        ] + step.clockEvidence)
      step.actions.append(self[name].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      self[name].lastEvent = nil
      if let action = self[name].resolve(at: moment.time) { step.actions.append(action) }
    case nil:
      if level == .on { self[name].revise { $0.abnormalProbability = max($0.abnormalProbability ?? 0, low) } }
    }
  }
}
