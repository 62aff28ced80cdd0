internal import Findings

extension PolicyMachine {
  /// Signal in which no heart can be read though electrodes are in contact: nothing else could be told of it, and nobody should take silence
  /// for a quiet heart.
  mutating func observeSignal(_ step: inout PolicyStep) {
    let rule = step.configuration.poorSignal
    guard rule.isEnabled, step.finding.leadOff.isEmpty else { return }
    let isTold = self[.ventricularFibrillation].gate.isHolding || self[.asystole].active != nil
    signalWindow.add(
      sample: step.start.sample, isAbnormal: !isTold && !((step.isReadable || showsBeats(step)) && step.showsHeart))
    // A chunk takes 1.5 s: half of the window must be known.
    let share = signalWindow.share(minimumBeats: Int(rule.windowSeconds / 3))
    let level: EpisodeGate.Level =
      share.map { $0 >= rule.onShare ? .on : $0 < rule.offShare ? .off : .between } ?? .unknown
    let timing = step.timing(on: rule.minimumSeconds, off: rule.offSeconds)
    switch self[.poorSignal].gate.observe(level, from: step.start, to: step.end, timing: timing) {
    case .began(let onset):
      let body = AlertBody(
        rule: .poorSignal, severity: rule.severity, onset: onset.time, onsetSample: onset.sample,
        explanation:
          "In \(Figure.percent(share ?? 0)) of the last \(Figure.seconds(rule.windowSeconds)) no heart rhythm can be read, "
          + "electrodes in contact; limit \(Figure.percent(rule.onShare)) for \(Figure.seconds(rule.minimumSeconds)). "
          + "Rhythm alerts are not to be relied on." + step.clockRemark,
        evidence: [
          AlertEvidence("unreadable-share", share ?? 0, unit: "share", limit: rule.onShare),
          AlertEvidence("window-seconds", rule.windowSeconds, unit: "s"),
        ] + step.clockEvidence)
      step.actions.append(self[.poorSignal].open(body, of: reference, at: step.end.sample, now: step.now))
    case .ended(let moment):
      if let action = self[.poorSignal].resolve(at: moment.time) { step.actions.append(action) }
    case nil: break
    }
  }

  /// Whether beats can be read though the index of the chunk is low: it takes wide complexes for noise.
  private func showsBeats(_ step: PolicyStep) -> Bool {
    guard let readability = step.finding.rhythm?.readability, readability >= step.configuration.readableWaveform else {
      return false
    }
    return step.finding.beats.contains { ($0.quality ?? 0) >= step.configuration.readableBeatQuality }
  }
}
