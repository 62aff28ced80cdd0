import KeyVault
import Sealing
import Wire

/// What a vault should hold, told in the plainest words, without a database, and without the code under test.
struct LifecycleModel {
  enum State: String {
    case active, suspended, deactivated, compromised, destroyed
    case destroyedCompromised = "destroyed-compromised"

    var isGone: Bool { self == .destroyed || self == .destroyedCompromised }
  }

  struct Key {
    var state: State
    let bytes: [UInt8]
    let due: UInt64
  }

  struct Known {
    let session: TestSession
    let version: UInt32
  }

  struct Device {
    let device: TestDevice
    var keys: [Key] = []
    var pending: UInt32?
    var isRevoked = false
    var known: [Known] = []
    var destruction: (due: UInt64, observedDue: Int64, through: Int)?
    /// Who set it.
    var hold: String?

    var next: UInt32 { UInt32(keys.count) + 1 }
    var mayRotate: Bool { !isRevoked && [.active, .compromised].contains(keys.last?.state) }
    var hasKeyLeft: Bool { keys.contains { !$0.state.isGone } }
  }

  struct Proposal {
    let id: Int64
    let device: Int
    let proposer: String
    let days: Int
    let expires: UInt64
    var isOpen = true
  }

  struct Entry {
    let actor: String
    let action: AuditEntry.Action
    let outcome: AuditEntry.Outcome
    let object: String
  }

  var devices: [Device] = []
  var proposals: [Proposal] = []
  var grants: [(id: Int64, service: ServiceID, device: Int?, purpose: GrantPurpose, expires: UInt64?)] = []
  var observed: Int64 = 0
  var tenantKey: UInt32 = 1
  /// What the audit log has to hold, in this order.
  var log: [Entry] = []

  mutating func record(
    _ actor: String, _ action: AuditEntry.Action, _ outcome: AuditEntry.Outcome = .done, _ object: String
  ) {
    log.append(Entry(actor: actor, action: action, outcome: outcome, object: object))
  }

  func name(_ device: Int) -> String { "device/\(devices[device].device.id)" }

  /// A key of a device, in words.
  func name(_ device: Int, version: UInt32) -> String { "\(name(device))/\(version)" }

  mutating func install(_ bytes: [UInt8], of device: Int, at time: UInt64, period: UInt64) {
    for index in devices[device].keys.indices
    where [.active, .suspended].contains(devices[device].keys[index].state) {
      devices[device].keys[index].state = .deactivated
    }
    devices[device].keys.append(Key(state: .active, bytes: bytes, due: time + period * 1_000_000))
    devices[device].pending = nil
  }

  mutating func shred(_ device: Int) {
    let through = devices[device].destruction?.through ?? 0
    for index in devices[device].keys.indices where index < through && !devices[device].keys[index].state.isGone {
      let key = devices[device].keys[index]
      devices[device].keys[index].state = key.state == .compromised ? .destroyedCompromised : .destroyed
      record("vault", .destroy, .done, name(device, version: UInt32(index) + 1))
    }
    if !devices[device].hasKeyLeft {
      devices[device].pending = nil
      devices[device].isRevoked = true
    }
    devices[device].destruction = nil
  }

  /// What upkeep ends for good.
  mutating func sweep(at time: UInt64) {
    grants.removeAll { grant in grant.expires.map { $0 <= time } ?? false }
    for index in proposals.indices where proposals[index].expires <= time { proposals[index].isOpen = false }
  }

  func isGranted(_ service: ServiceID, _ device: Int, _ purposes: [SessionKeyPurpose], at time: UInt64) -> Bool {
    purposes.allSatisfy { purpose in
      grants.contains { grant in
        grant.service == service && (grant.device == nil || grant.device == device)
          && grant.purpose.rawValue == purpose.rawValue && (grant.expires.map { $0 > time } ?? true)
      }
    }
  }

  /// What a release answers, and what is known afterwards.
  mutating func release(
    _ session: TestSession, of device: Int, version: UInt32, _ purposes: [SessionKeyPurpose], for service: ServiceID,
    at time: UInt64
  ) throws -> String {
    let entry = name(device, version: version)
    func decide() -> String? {
      guard isGranted(service, device, purposes, at: time) else { return "no-grant" }
      guard version > 0, version <= devices[device].keys.count else { return "unknown-key" }
      let key = devices[device].keys[Int(version) - 1]
      if key.state.isGone { return "destroyed" }
      if key.state == .suspended { return "state-forbids" }
      if let known = devices[device].known.first(where: { $0.session.session == session.session }) {
        return known.version == version && known.session.iv == session.iv ? nil : "iv-repeated"
      }
      if key.state == .compromised { return "compromised" }
      if devices[device].isRevoked { return "revoked" }
      return devices[device].known.contains { $0.version == version && $0.session.iv == session.iv }
        ? "iv-repeated" : nil
    }
    if let refusal = decide() {
      record(service.rawValue, .releaseSessionKey, .refused, entry)
      return refusal
    }
    record(service.rawValue, .releaseSessionKey, .done, entry)
    if !devices[device].known.contains(where: { $0.session.session == session.session }) {
      devices[device].known.append(Known(session: session, version: version))
    }
    let bytes = devices[device].keys[Int(version) - 1].bytes
    return try purposes.map { try session.key(from: bytes, $0).hex }.joined()
  }
}
