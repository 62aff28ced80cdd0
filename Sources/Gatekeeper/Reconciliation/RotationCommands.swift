package import Wire

/// The vault's wish that devices make new data keys, and when each is told: at once, when it comes online, and every few
/// minutes until it has done it. A device that is told twice does it once.
package struct RotationCommands: Hashable, Sendable {
  /// Seconds between repetitions: a device needs seconds; one that lost the vault for a while should not wait for hours.
  package static let repetition = 180.0
  /// A device that was told this lately, seconds, is not told again for having been online all the time.
  package static let patience = 5.0

  private struct Pending: Hashable {
    let version: KeyVersion
    var due: Double
    var told: Double?
  }

  private var pending: [DeviceID: Pending] = [:]

  /// Nothing is wished.
  package init() {}

  /// How many devices are being waited for.
  package var count: Int { pending.count }

  /// When somebody has to be told next, seconds.
  package var earliest: Double? { pending.values.lazy.map(\.due).min() }

  /// A device should make this version; `nil` when it should make none.
  package mutating func want(_ version: KeyVersion?, of device: DeviceID, now: Double) {
    guard let version else {
      pending[device] = nil
      return
    }
    if pending[device]?.version != version { pending[device] = Pending(version: version, due: now, told: nil) }
  }

  /// A device can hear now.
  /// - Parameter isNews: `false` when it could hear before.
  package mutating func deviceIsOnline(_ device: DeviceID, isNews: Bool, now: Double) {
    guard let waiting = pending[device] else { return }
    if !isNews, let told = waiting.told, now - told < Self.patience { return }
    pending[device]?.due = now
  }

  /// Who is to be told now.
  package mutating func takeDue(now: Double) -> [(device: DeviceID, version: KeyVersion)] {
    let due = pending.filter { $0.value.due <= now }
    for device in due.keys {
      pending[device]?.due = now + Self.repetition
      pending[device]?.told = now
    }
    return due.map { ($0.key, $0.value.version) }.sorted { $0.device.name < $1.device.name }
  }
}
