import AlertPolicy
import Findings
import RhythmScripts

/// Runs the policy over findings.
func decisions(
  _ script: RhythmScript, under configuration: AlertPolicyConfiguration = AlertPolicyConfiguration()
) -> [PolicyAction] {
  var machine = PolicyMachine(reference: Names.reference, configuration: configuration)
  return script.findings().flatMap { machine.evaluate($0, under: configuration, now: 0) }
}

extension [PolicyAction] {
  /// What was opened.
  var opened: [AlertEpisode] { compactMap { if case .open(let episode) = $0 { episode } else { nil } } }
  /// What was resolved.
  var resolved: [AlertEpisode] { compactMap { if case .resolve(let episode) = $0 { episode } else { nil } } }
  /// What became more severe.
  var worsened: [AlertEpisode] { compactMap { if case .update(let episode, true) = $0 { episode } else { nil } } }
  /// Rules of what was opened, in order.
  var rules: [AlertRule] { opened.map(\.body.rule) }
}
