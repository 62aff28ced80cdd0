internal import Findings

extension PolicyMachine {
  /// Sustained abnormal rhythm and ectopic burden.
  mutating func observeShares(_ step: inout PolicyStep) {
    observeShare(.sustainedAbnormalRhythm, step.configuration.sustainedAbnormalRhythm, sustainedWindow, &step)
    observeShare(.ectopicBurden, step.configuration.ectopicBurden, burdenWindow, &step)
  }

  private mutating func observeShare(
    _ name: AlertRule, _ rule: ShareRule, _ window: ShareWindow, _ step: inout PolicyStep
  ) {
    guard rule.isEnabled, self[name].active != nil || !isImplied(name) else { return }
    let share = step.isReadable && step.showsHeart ? window.share(minimumBeats: rule.minimumBeats) : nil
    let level: EpisodeGate.Level =
      share.map { $0 >= rule.onShare ? .on : $0 < rule.offShare ? .off : .between } ?? .unknown
    let timing = step.timing(on: rule.minimumSeconds, off: rule.offSeconds)
    let isFast = step.finding.heartRate.map { $0 >= rule.fastRate } ?? false
    switch self[name].gate.observe(level, from: step.start, to: step.end, timing: timing) {
    case .began(let onset):
      let body = AlertBody(
        rule: name, severity: isFast ? rule.fastSeverity : rule.severity, onset: onset.time, onsetSample: onset.sample,
        explanation: explain(rule, window, isFast: isFast, step), heartRate: step.finding.heartRate,
        abnormalProbability: lastAbnormalProbability, beatCount: window.beatCount,
        abnormalBeatCount: window.abnormalCount, evidence: evidence(rule, window, step))
      step.actions.append(self[name].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      if let action = self[name].resolve(at: moment.time) { step.actions.append(action) }
      // Its beats were told: they are not told again as a burden.
      if name == .sustainedAbnormalRhythm {
        burdenWindow = ShareWindow(seconds: step.configuration.ectopicBurden.windowSeconds)
      }
    case nil:
      guard self[name].active != nil, level == .on else { return }
      self[name].revise { $0.heartRate = max($0.heartRate ?? 0, step.finding.heartRate ?? 0) }
      guard isFast else { return }
      let explanation = explain(rule, window, isFast: true, step)
      if let action = self[name].worsen(
        to: rule.fastSeverity, explanation: explanation, evidence: evidence(rule, window, step), at: step.end.sample,
        now: step.now)
      {
        step.actions.append(action)
      }
    }
  }

  private func evidence(_ rule: ShareRule, _ window: ShareWindow, _ step: PolicyStep) -> [AlertEvidence] {
    [
      AlertEvidence(
        "abnormal-share", window.share(minimumBeats: 1) ?? 0, unit: "share", limit: rule.onShare),
      AlertEvidence("window-beats", Double(window.beatCount), unit: "beats", limit: Double(rule.minimumBeats)),
      AlertEvidence("window-seconds", rule.windowSeconds, unit: "s"),
    ] + (step.finding.heartRate.map { [AlertEvidence("heart-rate", $0, unit: "/min", limit: rule.fastRate)] } ?? [])
      + step.clockEvidence
  }

  private func explain(_ rule: ShareRule, _ window: ShareWindow, isFast: Bool, _ step: PolicyStep) -> String {
    "\(window.abnormalCount) of \(window.beatCount) beats of the last \(Figure.seconds(rule.windowSeconds)) are "
      + "abnormal; limit \(Figure.percent(rule.onShare)) for \(Figure.seconds(rule.minimumSeconds))"
      + (isFast ? ", at \(Figure.rate(step.finding.heartRate)), limit \(Figure.rate(rule.fastRate))." : ".")
      + step.clockRemark
  }

  /// Tachycardia and bradycardia.
  mutating func observeRate(_ step: inout PolicyStep) {
    observeRate(.tachycardia, step.configuration.tachycardia, sign: 1, &step)
    observeRate(.bradycardia, step.configuration.bradycardia, sign: -1, &step)
  }

  /// - Parameter sign: 1 where a rate is too high, −1 where it is too low.
  private mutating func observeRate(_ name: AlertRule, _ rule: RateRule, sign: Double, _ step: inout PolicyStep) {
    guard rule.isEnabled, self[name].active != nil || !isImplied(name) else { return }
    let rate = step.isReadable && step.showsHeart ? step.finding.heartRate : nil
    let level: EpisodeGate.Level =
      rate.map {
        sign * $0 >= sign * rule.onRate ? .on : sign * $0 < sign * rule.offRate ? .off : .between
      } ?? .unknown
    let isExtreme = rate.map { sign * $0 >= sign * rule.extremeRate } ?? false
    let timing = step.timing(on: rule.minimumSeconds, off: rule.offSeconds)
    switch self[name].gate.observe(level, from: step.start, to: step.end, timing: timing) {
    case .began(let onset):
      let body = AlertBody(
        rule: name, severity: isExtreme ? rule.extremeSeverity : rule.severity, onset: onset.time,
        onsetSample: onset.sample, explanation: explain(rule, rate, sign: sign, step), heartRate: rate,
        evidence: evidence(rule, rate, step))
      step.actions.append(self[name].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      if let action = self[name].resolve(at: moment.time) { step.actions.append(action) }
    case nil:
      guard let rate, self[name].active != nil else { return }
      self[name].revise { body in
        if sign * rate > sign * (body.heartRate ?? rate) { body.heartRate = rate }
      }
      guard isExtreme else { return }
      let explanation = explain(rule, rate, sign: sign, step)
      if let action = self[name].worsen(
        to: rule.extremeSeverity, explanation: explanation, evidence: evidence(rule, rate, step), at: step.end.sample,
        now: step.now)
      {
        step.actions.append(action)
      }
    }
  }

  private func evidence(_ rule: RateRule, _ rate: Double?, _ step: PolicyStep) -> [AlertEvidence] {
    (rate.map { [AlertEvidence("heart-rate", $0, unit: "/min", limit: rule.onRate)] } ?? [])
      + [AlertEvidence("duration", rule.minimumSeconds, unit: "s", limit: rule.minimumSeconds)] + step.clockEvidence
  }

  private func explain(_ rule: RateRule, _ rate: Double?, sign: Double, _ step: PolicyStep) -> String {
    "Median heart rate \(Figure.rate(rate)); limit \(sign > 0 ? "from" : "down from") \(Figure.rate(rule.onRate)) for "
      + "\(Figure.seconds(rule.minimumSeconds)), severe \(sign > 0 ? "from" : "down from") "
      + "\(Figure.rate(rule.extremeRate))." + step.clockRemark
  }
}
