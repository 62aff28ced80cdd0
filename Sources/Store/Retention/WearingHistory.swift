package import Wire

/// Who wore which device when.
package struct WearingHistory: Sendable {
  private let rows: [DeviceID: [DeviceWearing]]

  /// - Parameter wearings: The history of all devices, oldest first.
  package init(_ wearings: [DeviceWearing]) { rows = Dictionary(grouping: wearings, by: \.device) }

  /// Who wore a device at a time; `nil` for nobody, and for a time before its history begins.
  package func wearer(of device: DeviceID, at time: UnixMicroseconds) -> Pseudonym? {
    wearings(of: device).last { $0.since <= time }?.patient
  }

  /// The history of one device, oldest first.
  package func wearings(of device: DeviceID) -> [DeviceWearing] { rows[device] ?? [] }

  /// The devices that a patient has ever worn, by name.
  package func devices(of patient: Pseudonym) -> [DeviceID] {
    rows.filter { $0.value.contains { $0.patient == patient } }.keys.sorted { $0.name < $1.name }
  }
}
