internal import Foundation
internal import NIOHTTP1
public import Wire

/// Who knows which devices' keys are under a legal hold: the vault, or a stand-in for tests.
public protocol HeldDeviceSource: Sendable {
  /// All of them.
  /// - Throws: When they cannot be known; then everything counts as held.
  func heldDevices() async throws(KeyVaultError) -> Set<DeviceID>
}

extension VaultClient: HeldDeviceSource {
  private struct HeldDevices: Decodable {
    let devices: [DeviceID]
  }

  /// See ``HeldDeviceSource/heldDevices()``; for `svc.retention` alone.
  public func heldDevices() async throws(KeyVaultError) -> Set<DeviceID> {
    let answer = try await connection.send(.GET, "/v1/held-devices", isRepeatable: true)
    guard let held = try? JSONDecoder().decode(HeldDevices.self, from: Data(answer)) else {
      throw .badAnswer("the list of held devices is not the JSON that this route gives")
    }
    return Set(held.devices)
  }
}
