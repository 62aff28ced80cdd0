import Gatekeeper
import Testing
import Wire

@Suite("Access list and plugin, whatever happens")
struct ReconciliationPropertyTests {
  /// A vault's list, made up.
  private struct Vault {
    var revision: UInt64 = 0
    var devices: [DeviceID: ListedDevice] = [:]

    mutating func set(_ device: DeviceID, isAdmitted: Bool) -> ListedDevice {
      revision += 1
      let listed = ListedDevice(device, isAdmitted: isAdmitted, revision: revision)
      devices[device] = listed
      return listed
    }
  }

  @Test(arguments: 0..<200 as Range<UInt64>)
  func afterwardsThePluginIsAsTheVaultSays(seed: UInt64) {
    var chance = SeededChance(seed)
    var vault = Vault()
    var exchange = Exchange()
    let devices = (0..<12).map { DeviceID.named("dev-\($0)") }
    if Bool.random(using: &chance) { exchange.connect() }
    exchange.list([])
    for _ in 0..<150 {
      // No device is chosen from nothing: the array is never empty.
      let device = devices.randomElement(using: &chance)!
      switch Int.random(in: 0..<12, using: &chance) {
      case 0..<3: exchange.list([vault.set(device, isAdmitted: true)])
      case 3..<5: exchange.list([vault.set(device, isAdmitted: false)])
      case 5..<8: exchange.answer()
      case 8: exchange.take(exchange.reconciler.deviceConnected(device, now: exchange.now))
      case 9:
        // mosquitto restarts: with its file, without it, or with one that was meddled with.
        exchange.reconciler.linkIsDown()
        exchange.pending = nil
        switch Int.random(in: 0..<4, using: &chance) {
        case 0: exchange.plugin = FakePlugin()
        case 1: exchange.plugin.clients[device] = []
        case 2: exchange.plugin.roles.insert(device)
        default: break
        }
        exchange.connect()
      case 10:
        // The gatekeeper is killed: what it had sent may have been done all the same.
        if let pending = exchange.pending, Bool.random(using: &chance) {
          _ = exchange.plugin.answer(pending.commands, pending.correlation)
        }
        exchange.pending = nil
        exchange.reconciler = AccessReconciler()
        exchange.connect()
        exchange.list(Array(vault.devices.values))
      default:
        exchange.now += Double.random(in: 0..<3, using: &chance)
        exchange.take(exchange.reconciler.advance(now: exchange.now))
      }
      expectHonesty(exchange, vault)
    }
    exchange.connect()
    exchange.settle()
    for device in devices {
      #expect(exchange.plugin.mayAct(device) == (vault.devices[device]?.isAdmitted == true), "seed \(seed), \(device)")
    }
    #expect(Set(exchange.plugin.clients.keys) == Set(vault.devices.filter(\.value.isAdmitted).keys), "seed \(seed)")
    #expect(exchange.acknowledged?.revision == vault.revision, "seed \(seed)")
  }

  /// What was acknowledged is so, unless the plugin was meddled with, which a comparison is under way for then.
  private func expectHonesty(_ exchange: Exchange, _ vault: Vault) {
    guard exchange.reconciler.isInStep, let acknowledged = exchange.acknowledged else { return }
    for (device, listed) in vault.devices
    where listed.revision <= max(acknowledged.revision, acknowledged.ahead[device] ?? 0) {
      #expect(exchange.plugin.mayAct(device) == listed.isAdmitted)
    }
  }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same seed, the same run.
private struct SeededChance: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
