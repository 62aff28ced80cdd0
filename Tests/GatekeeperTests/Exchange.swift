import Gatekeeper
import Wire

/// A reconciler between a plugin and a vault that are made up, with a clock that is told.
struct Exchange {
  var reconciler = AccessReconciler()
  var plugin = FakePlugin()
  var now = 0.0
  var acknowledged: AppliedAccess?
  var rotations: [String] = []
  var cuts: [String] = []
  var offline: [DeviceID] = []
  /// Commands that wait for the plugin's answer.
  var pending: (commands: [PluginCommand], correlation: String)?

  mutating func take(_ actions: [AccessReconciler.Action]) {
    for action in actions {
      switch action {
      case .send(let commands, let correlation): pending = (commands, correlation)
      case .acknowledge(let applied): acknowledged = applied
      case .rotate(let device, let version): rotations.append("\(device) \(version)")
      case .wasCut(let device, let isRepeated): cuts.append(isRepeated ? "\(device) again" : device.name)
      case .announceOffline(let device): offline.append(device)
      case .reconnect:
        reconciler.linkIsDown()
        pending = nil
        take(reconciler.linkIsUp(now: now))
      case .pluginRefused: break
      }
    }
  }

  /// The plugin answers what waits.
  mutating func answer() {
    guard let (commands, correlation) = pending else { return }
    pending = nil
    let answer = plugin.answer(commands, correlation)
    now += 0.01
    take(reconciler.take(answer, now: now))
  }

  /// Answers, and lets time pass, until nothing is left to do.
  mutating func settle() {
    for _ in 0..<20_000 {
      if pending != nil {
        answer()
      } else if let deadline = reconciler.deadline, deadline <= now + 5 {
        now = max(now, deadline)
        take(reconciler.advance(now: now))
      } else {
        return
      }
    }
  }

  mutating func connect() { take(reconciler.linkIsUp(now: now)) }

  mutating func list(_ devices: [ListedDevice], isComplete: Bool = true) {
    take(reconciler.take(devices, upTo: devices.map(\.revision).max() ?? 0, isComplete: isComplete, now: now))
  }
}

extension DeviceID {
  /// A device's id in a test, which names only good ones.
  static func named(_ name: String) -> DeviceID { DeviceID(name)! }
}
