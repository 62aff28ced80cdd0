package import Wire

/// Brings mosquitto's access plugin to what the vault's access list says, and keeps it there. Pure: it is told what
/// happened and says what to do.
///
/// The vault decides, the plugin follows. Whatever fails (a lost answer, a restart of either side, a lost file of the
/// plugin), the remedy is the same: list what the plugin knows, compare, and correct.
package struct AccessReconciler: Sendable {
  /// What to do next.
  package enum Action: Hashable, Sendable {
    /// Send these commands to the plugin in one message, and tell its answer.
    case send([PluginCommand], correlation: String)
    /// Tell a device to make this version of its data key.
    case rotate(DeviceID, KeyVersion)
    /// Tell those who watch links that a device, whose connection was cut, is offline: its last will is not sent then.
    case announceOffline(DeviceID)
    /// Tell the vault what mosquitto follows.
    case acknowledge(AppliedAccess)
    /// The plugin does not answer: connect afresh.
    case reconnect
    /// A device was cut: for the first time, or because it came back.
    case wasCut(DeviceID, isRepeated: Bool)
    /// The plugin refused a command, in its words.
    case pluginRefused(String)
  }

  enum Link: Hashable {
    case down
    case listingClients(offset: Int)
    case listingRoles(offset: Int)
    case ready
  }

  enum Presence: Hashable {
    /// Known, with its role.
    case whole
    /// Known, and not as it should be.
    case odd
  }

  struct Wanted: Hashable {
    let isAdmitted: Bool
    let rotateTo: KeyVersion?
    let revision: UInt64
  }

  // What the vault says.
  var wanted: [DeviceID: Wanted] = [:]
  var told: UInt64 = 0
  var isListComplete = false
  /// Devices seen since the list was last told from its beginning; `nil` when it is told by changes.
  var seenInFull: Set<DeviceID>? = []

  // What the plugin has.
  var link = Link.down
  var present: [DeviceID: Presence] = [:]
  var roles: Set<DeviceID> = []

  // What is to be done.
  var urgent = WorkPile()
  var ordinary = WorkPile()
  /// Revoked devices that may be connected since before the link to mosquitto was there.
  var sweep = WorkPile()
  var dueCuts: [DeviceID: Double] = [:]
  var inFlight: InFlight?
  var batches: UInt64 = 0
  /// Until when mosquitto may breathe before the next command that nobody waits for, seconds.
  var restUntil = 0.0
  /// Until when nothing is sent, because the plugin has just refused something, seconds.
  var pauseUntil = 0.0

  /// Devices that may be connected without having been admitted: their subscriptions were refused.
  var strangers: Set<DeviceID> = []
  var backOffs: [DeviceID: CutBackOff] = [:]
  var commands = RotationCommands()
  /// Changes that were applied ahead of the rest.
  var ahead: [DeviceID: UInt64] = [:]
  var lastAcknowledged: AppliedAccess?

  /// Most devices that are remembered as strangers or for their cuts: bounds memory; a forgotten one is cut all the same.
  package static let memoryLimit = 10_000
  /// Seconds after which a missing answer means a broken link: many times the slowest plugin's.
  package static let answerTimeout = 30.0

  /// Knows nothing yet.
  package init() {}

  /// Whether both sides are known, and nobody is let in any more who should not be.
  package var isServing: Bool { link == .ready && isListComplete && urgent.isEmpty }

  /// Whether mosquitto follows the list in everything.
  package var isInStep: Bool {
    isServing && ordinary.isEmpty && inFlight == nil
  }

  /// Devices that may connect now.
  package var admittedCount: Int { present.values.count { $0 == .whole } }

  /// When ``advance(now:)`` should be called next although nothing happened, seconds; `nil` for never.
  package var deadline: Double? {
    var deadlines: [Double] = []
    if let inFlight {
      deadlines.append(inFlight.since + Self.answerTimeout)
    } else if link == .ready {
      if !urgent.isEmpty { deadlines.append(pauseUntil) }
      if !(ordinary.isEmpty && sweep.isEmpty) { deadlines.append(max(restUntil, pauseUntil)) }
      if let due = dueCuts.values.min() { deadlines.append(max(due, pauseUntil)) }
    }
    if link == .ready, let due = commands.earliest { deadlines.append(due) }
    return deadlines.min()
  }

  /// Time passed.
  package mutating func advance(now: Double) -> [Action] {
    if let inFlight, now - inFlight.since > Self.answerTimeout {
      self.inFlight = nil
      return [.reconnect]
    }
    var actions: [Action] = []
    if link == .ready { actions += commands.takeDue(now: now).map { .rotate($0.device, $0.version) } }
    if let batch = nextBatch(now: now) { actions.append(batch) }
    if let acknowledgement = nextAcknowledgement() { actions.append(acknowledgement) }
    return actions
  }

  /// Whether a device may connect, as far as the vault has said.
  func isAdmitted(_ device: DeviceID) -> Bool { wanted[device]?.isAdmitted == true }

  /// Notes what has to be done for a device, if anything.
  mutating func compare(_ device: DeviceID) {
    guard link == .ready, isListComplete else { return }
    if isAdmitted(device) {
      urgent.remove(device)
      if present[device] == .whole { settled(device) } else { ordinary.add(device) }
    } else if present[device] != nil {
      ordinary.remove(device)
      urgent.add(device)
    } else {
      settled(device)
      if roles.contains(device) { ordinary.add(device) }
    }
  }

  /// A device's access is as it should be.
  private mutating func settled(_ device: DeviceID) {
    urgent.remove(device)
    ordinary.remove(device)
    guard let revision = wanted[device]?.revision else { return }
    ahead[device] = revision
  }
}
