internal import Findings
public import Store
internal import Wire

extension PolicyMachine {
  /// Electrodes without contact.
  mutating func observeContact(_ step: inout PolicyStep) {
    let rule = step.configuration.leadOff
    guard rule.isEnabled else { return }
    let electrodes = step.finding.leadOff
    let timing = step.timing(on: rule.minimumSeconds, off: rule.offSeconds)
    let level: EpisodeGate.Level = electrodes.isEmpty ? .off : .on
    switch self[.leadOff].gate.observe(level, from: step.start, to: step.end, timing: timing) {
    case .began(let onset):
      let which =
        electrodes == .positive ? "LO+ electrode" : electrodes == .negative ? "LO− electrode" : "Both electrodes"
      let body = AlertBody(
        rule: .leadOff, severity: rule.severity, onset: onset.time, onsetSample: onset.sample,
        explanation: "\(which) without contact for \(Figure.seconds(step.end.seconds(since: onset))); limit "
          + "\(Figure.seconds(rule.minimumSeconds))." + step.clockRemark,
        evidence: [
          AlertEvidence("duration", step.end.seconds(since: onset), unit: "s", limit: rule.minimumSeconds),
          AlertEvidence("electrodes", Double(electrodes.rawValue), unit: "electrodes"),
        ] + step.clockEvidence)
      step.actions.append(self[.leadOff].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      if let action = self[.leadOff].resolve(at: moment.time) { step.actions.append(action) }
    case nil: break
    }
  }

  /// Evaluates what only the server knows: silence, a successor session, and people who were told and say nothing.
  public mutating func tick(_ tick: PolicyTick, under configuration: AlertPolicyConfiguration) -> [PolicyAction] {
    var actions: [PolicyAction] = []
    if tick.isLatestSession {
      observeSilence(tick, configuration.noData, &actions)
    } else {
      actions += giveWay(tick, configuration.noData)
    }
    for rule in AlertRule.allCases {
      if let action = self[rule].remindIfDue(
        now: tick.now, rule: configuration.reminder, acknowledged: tick.acknowledged)
      {
        actions.append(action)
      }
    }
    return actions
  }

  /// The alerts that would be told again now unless somebody has acknowledged them: the caller asks the store.
  public func alertsAwaitingAcknowledgement(
    now: UnixMicroseconds, under configuration: AlertPolicyConfiguration
  ) -> [AlertID] {
    AlertRule.allCases.compactMap { rule in
      let episode = self[rule]
      return episode.isReminderDue(now: now, rule: configuration.reminder) ? episode.active?.episode.id : nil
    }
  }

  /// The device has begun another session. Silence ended with it; everything else is over when what the device still held
  /// of this session has arrived: an episode that is told late must not be cut in two.
  private mutating func giveWay(_ tick: PolicyTick, _ rule: NoDataRule) -> [PolicyAction] {
    var actions: [PolicyAction] = []
    if let action = self[.noData].resolve(at: tick.now) { actions.append(action) }
    let silence = tick.now > tick.lastReceivedAt ? Double(tick.now - tick.lastReceivedAt) / 1e6 : 0
    guard silence >= rule.silenceSeconds else { return actions }
    supersede()
    let end = lastMoment.time
    for rule in AlertRule.allCases {
      self[rule].gate.reset()
      self[rule].lastEvent = nil
      if let action = self[rule].resolve(at: end) { actions.append(action) }
    }
    return actions
  }

  private mutating func observeSilence(
    _ tick: PolicyTick, _ rule: NoDataRule, _ actions: inout [PolicyAction]
  ) {
    if let active = self[.noData].active {
      guard tick.lastReceivedAt > active.episode.body.onset else { return }
      if let action = self[.noData].resolve(at: tick.lastReceivedAt) { actions.append(action) }
      return
    }
    let watched = max(tick.lastReceivedAt, tick.watchingSince)
    guard rule.isEnabled, tick.now > watched, tick.now > tick.lastReceivedAt else { return }
    let silence = Double(tick.now - tick.lastReceivedAt) / 1e6
    guard Double(tick.now - watched) / 1e6 >= rule.silenceSeconds, silence < rule.forgottenAfterSeconds else { return }
    let body = AlertBody(
      rule: .noData, severity: rule.severity, onset: tick.lastReceivedAt, onsetSample: lastMoment.sample,
      explanation: "Nothing has arrived from the device for \(Figure.seconds(silence.rounded(.down))); limit "
        + "\(Figure.seconds(rule.silenceSeconds)).",
      evidence: [AlertEvidence("silence", silence, unit: "s", limit: rule.silenceSeconds)])
    actions.append(self[.noData].open(body, of: reference, at: lastMoment.sample, now: tick.now))
  }
}
