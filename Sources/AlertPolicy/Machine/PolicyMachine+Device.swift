internal import Findings

extension PolicyMachine {
  /// The device's battery, as a status chunk tells it.
  mutating func observeBattery(_ step: inout PolicyStep) {
    let rule = step.configuration.lowBattery
    guard rule.isEnabled, let charge = step.finding.status?.battery else { return }
    if charge > rule.onShare { lowBatteryReports = 0 } else { lowBatteryReports += 1 }
    if self[.lowBattery].active != nil, charge >= rule.offShare {
      if let action = self[.lowBattery].resolve(at: step.start.time) { step.actions.append(action) }
      return
    }
    let isCritical = charge <= rule.criticalShare
    guard charge <= rule.onShare, lowBatteryReports >= rule.reports else { return }
    observe(
      PolicyEvent(
        rule: .lowBattery, onset: SignalMoment(sample: lastMoment.sample, time: step.start.time),
        end: SignalMoment(sample: lastMoment.sample, time: step.start.time),
        severity: isCritical ? rule.criticalSeverity : rule.severity,
        explanation:
          "The battery holds \(Figure.percent(charge)); limit \(Figure.percent(rule.onShare)), critical from "
          + "\(Figure.percent(rule.criticalShare)).",
        evidence: [AlertEvidence("battery", charge, unit: "share", limit: rule.onShare)]), &step)
  }

  /// The device's clock against the server's: never set, dated ahead of arrival, or steadily behind.
  mutating func observeClock(_ step: inout PolicyStep) {
    let rule = step.configuration.deviceClock
    guard rule.isEnabled else { return }
    let delay = step.finding.receivedAt.map { (Double($0) - Double(step.end.time)) / 1e6 }
    let level: EpisodeGate.Level
    if !step.finding.isClockSynchronised {
      level = .on
    } else if let delay {
      level = clockLevel(delay, rule)
    } else {
      level = .unknown
    }
    switch self[.deviceClock].gate.observe(
      level, from: step.start, to: step.end, timing: step.timing(on: rule.minimumSeconds, off: rule.offSeconds))
    {
    case .began(let onset):
      let body = AlertBody(
        rule: .deviceClock, severity: rule.severity, onset: onset.time, onsetSample: onset.sample,
        explanation: explainClock(delay, isSet: step.finding.isClockSynchronised, rule),
        evidence: (delay.map {
          [AlertEvidence("clock-delay", $0, unit: "s", limit: $0 < 0 ? -rule.aheadSeconds : rule.behindSeconds)]
        } ?? [])
          + [AlertEvidence("duration", step.end.seconds(since: onset), unit: "s", limit: rule.minimumSeconds)]
          + step.clockEvidence)
      step.actions.append(self[.deviceClock].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      if let action = self[.deviceClock].resolve(at: moment.time) { step.actions.append(action) }
    case nil: break
    }
  }

  private mutating func clockLevel(_ delay: Double, _ rule: ClockRule) -> EpisodeGate.Level {
    if delay < -rule.aheadSeconds { return .on }
    guard delay > rule.behindSeconds else {
      steadyDelay = nil
      return .off
    }
    // Data that was held back catches up and its delay falls; a clock that is behind stays behind.
    if let steadyDelay, abs(delay - steadyDelay) <= rule.steadySeconds { return .on }
    steadyDelay = delay
    return .between
  }

  private func explainClock(_ delay: Double?, isSet: Bool, _ rule: ClockRule) -> String {
    guard isSet, let delay else {
      return "The device's clock has not been set for \(Figure.seconds(rule.minimumSeconds)): times are its own."
    }
    return delay < 0
      ? "Samples are dated \(Figure.seconds(-delay)) after their arrival; limit \(Figure.seconds(rule.aheadSeconds))."
      : "Samples arrive steadily \(Figure.seconds(delay)) after their date; limit \(Figure.seconds(rule.behindSeconds))."
  }
}
