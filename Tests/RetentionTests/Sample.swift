import Foundation
import KeyVaultClient
import Retention
import Store
import Synchronization
import Wire

/// A small generator with a seed, so that a failure can be repeated (Steele, Lea, Flood: SplitMix64, 2014).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// A vault that says which devices are held, or does not answer.
final class VaultOfHolds: HeldDeviceSource {
  private let held = Mutex<Set<DeviceID>?>([])

  func set(_ devices: Set<DeviceID>?) { held.withLock { $0 = devices } }

  func heldDevices() async throws(KeyVaultError) -> Set<DeviceID> {
    guard let devices = held.withLock({ $0 }) else { throw .unavailable("down") }
    return devices
  }
}

/// Names and sessions that are made up.
enum Sample {
  static let day = RetentionPolicy.day
  static let now: UnixMicroseconds = 1_000 * day
  static let patients = ["P-AAAA", "P-BBBB", "P-CCCC"].compactMap { Pseudonym($0) }
  static let devices = ["dev-one", "dev-two", "dev-three"].compactMap { DeviceID($0) }
  static let policy = RetentionPolicy(standard: [.recordings: 100, .findings: 200, .alerts: 300])
  static let noHolds = HoldBook(holds: [], heldInVault: [], wearings: [])

  static func reference(_ device: DeviceID, _ number: UInt8) -> SessionReference {
    // Sixteen bytes are an id.
    SessionReference(device: device, session: SessionID([UInt8](repeating: number, count: 16))!)
  }

  static func alertID(_ number: UInt64) -> AlertID {
    // Sixteen bytes are an id.
    AlertID(Array(repeating: 0, count: 8) + withUnsafeBytes(of: number.bigEndian) { Array($0) })!
  }

  /// A recording that was received `days` ago, for an hour.
  static func recording(_ days: Int, chunks: Int = 10) -> KeptSession.Recording {
    let end = now - UnixMicroseconds(days) * day
    return KeptSession.Recording(
      firstReceivedAt: end - 3_600_000_000, lastReceivedAt: end, lastCaptureTime: end, chunks: chunks,
      bytes: chunks * 500)
  }

  static func derived(_ days: Int) -> KeptSession.Derived {
    KeptSession.Derived(touchedAt: now - UnixMicroseconds(days) * day, findings: 10, marks: 0)
  }

  static func alert(_ number: UInt64, _ days: Int, resolved: Bool = true, pending: Bool = false) -> KeptSession.Alert {
    let at = now - UnixMicroseconds(days) * day
    return KeptSession.Alert(
      id: alertID(number), openedAt: at, touchedAt: at, isResolved: resolved, isBeingDelivered: pending)
  }

  /// A world at random: sessions of all ages, in all stages of being deleted.
  static func world(_ random: inout SplitMix) -> [KeptSession] {
    (0..<40).map { index in
      let device = devices.randomElement(using: &random) ?? devices[0]
      var session = KeptSession(reference: reference(device, UInt8(index)))
      let age = Int.random(in: 0...600, using: &random)
      if Int.random(in: 0..<10, using: &random) > 0 {
        session.recording = recording(age, chunks: Bool.random(using: &random) ? 10 : 0)
      }
      if Bool.random(using: &random) { session.derived = derived(max(0, age - Int.random(in: 0...50, using: &random))) }
      for number in 0..<Int.random(in: 0...3, using: &random) {
        session.alerts.append(
          alert(
            UInt64(index * 10 + number), max(0, age - Int.random(in: 0...50, using: &random)),
            resolved: Int.random(in: 0..<4, using: &random) > 0, pending: Int.random(in: 0..<4, using: &random) == 0))
      }
      session.hasPolicyState = Bool.random(using: &random)
      return session
    }
  }

  static func holds(_ random: inout SplitMix) -> HoldBook {
    var holds: [RetentionHold] = []
    for number in 1...3 {
      let subject: RetentionHold.Subject =
        Bool.random(using: &random)
        ? .patient(patients.randomElement(using: &random) ?? patients[0])
        : .device(
          devices.randomElement(using: &random) ?? devices[0],
          from: Bool.random(using: &random) ? now - 400 * day : nil,
          until: Bool.random(using: &random) ? now - 200 * day : nil)
      let release =
        Bool.random(using: &random) ? RetentionHold.Release(actor: "bert", at: now, reason: "over") : nil
      holds.append(
        RetentionHold(number: Int64(number), subject: subject, reason: "x", actor: "anna", at: now, release: release))
    }
    let wearings = (0..<4).map { index in
      DeviceWearing(
        device: devices.randomElement(using: &random) ?? devices[0],
        patient: Bool.random(using: &random) ? patients.randomElement(using: &random) : nil,
        since: now - UnixMicroseconds(500 - index * 100) * day)
    }
    let vault = Int.random(in: 0..<3, using: &random) == 0 ? [devices[2]] : []
    return HoldBook(holds: holds, heldInVault: Set(vault), wearings: wearings)
  }
}
