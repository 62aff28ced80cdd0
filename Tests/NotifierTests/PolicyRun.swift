import Findings
import Notifier
import Wire

/// Names for tests.
enum Names {
  // A valid device id.
  static let device = DeviceID("sb-test-1")!
  // Sixteen bytes make a session id.
  static func session(_ number: UInt8 = 1) -> SessionID { SessionID([UInt8](repeating: number, count: 16))! }
  static let reference = SessionReference(device: device, session: session())
}

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
