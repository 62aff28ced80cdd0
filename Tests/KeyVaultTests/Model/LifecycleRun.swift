import Foundation
import KeyVault
import Sealing
import Testing
import Wire

/// One sequence of operations, done to a vault and to the model, which have to agree after each.
final class LifecycleRun {
  /// Administers, and is no person.
  static let console = "svc.operator"
  static let people = ["person:alice", "dashboard:alice", "person:bob", "dashboard:carol", console]

  let vault: TestVault
  let seed: UInt64
  var model = LifecycleModel()
  var chance: SeededGenerator
  var trace: [String] = []
  /// A backup of some time ago, and whether a destruction made it void since.
  var keptBackup: (path: String, recovery: RecoveryFile, isVoid: Bool)?

  init(_ vault: TestVault, seed: UInt64) throws {
    self.vault = vault
    self.seed = seed
    chance = SeededGenerator(seed: seed)
    for number in 1...3 { model.devices.append(.init(device: try TestDevice("pump-\(number)"))) }
  }

  var time: UInt64 { vault.clock.now.unixMicroseconds }
  func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &chance)] }
  func pickDevice() -> Int { Int.random(in: 0..<model.devices.count, using: &chance) }
  func person() -> String { pick(Self.people) }
  func id(_ device: Int) -> DeviceID { model.devices[device].device.id }

  /// Does something that has to succeed or to fail with a code.
  func attempt<Value>(_ expected: VaultError.Code?, _ what: String, _ body: () throws -> Value) -> Value? {
    trace.append("\(what): \(expected?.rawValue ?? "done")")
    do {
      let value = try body()
      #expect(expected == nil, "\(story): \(what) was done, not refused")
      return value
    } catch let error as VaultError {
      #expect(error.code == expected, "\(story): \(what) gave \(error)")
      return nil
    } catch {
      Issue.record("\(story): \(what) threw \(error)")
      return nil
    }
  }

  var story: String { "seed \(seed), step \(trace.count)\n  " + trace.suffix(12).joined(separator: "\n  ") }

  /// States, versions and pending rotations agree.
  func compare() throws {
    for device in model.devices where !device.keys.isEmpty {
      let report = try vault.authority.device(device.device.id)
      #expect(report.keys.map(\.state.rawValue) == device.keys.map(\.state.rawValue), "\(story)")
      #expect(report.pendingVersion == device.pending, "\(story)")
      #expect((report.revoked != nil) == device.isRevoked, "\(story)")
      #expect(report.isDestructionScheduled == (device.destruction != nil), "\(story)")
      #expect((report.legalHold != nil) == (device.hold != nil), "\(story)")
    }
  }

  /// The audit log verifies, and holds every operation in its order.
  func compareLog() throws {
    _ = try vault.authority.verifyAudit()
    var entries: [AuditEntry] = []
    while case let page = try vault.authority.auditEntries(from: UInt64(entries.count) + 1), !page.isEmpty {
      entries += page
    }
    var rest = entries[...]
    for expected in model.log {
      guard
        let index = rest.firstIndex(where: {
          $0.actor == expected.actor && $0.action == expected.action && $0.outcome == expected.outcome
            && $0.object == expected.object
        })
      else {
        Issue.record("\(story): the log lacks \(expected)")
        return
      }
      rest = rest[(index + 1)...]
    }
    // And nothing else that changes a key: each transition of a device's key is one of ours.
    for device in model.devices where !device.keys.isEmpty {
      let moves = try vault.authority.history(of: "device/\(device.device.id)")
      for (index, key) in device.keys.enumerated() {
        let own = moves.filter { $0.key == "device/\(device.device.id)/\(index + 1)" }
        #expect(own.first?.event == .activate, "\(story)")
        #expect(own.last?.after.rawValue == key.state.rawValue, "\(story)")
        #expect(zip(own, own.dropFirst()).allSatisfy { $0.after == $1.before }, "\(story)")
        #expect(
          own.allSatisfy { $0.before.after($0.event) == $0.after && !$0.actor.isEmpty && $0.time > 0 }, "\(story)")
      }
    }
  }
}
