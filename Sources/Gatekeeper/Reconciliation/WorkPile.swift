internal import Wire

/// Devices that something has to be done for, the newest first: a device that enrols now does not wait behind thousands
/// that are being restored.
struct WorkPile: Hashable, Sendable {
  private var stack: [DeviceID] = []
  private(set) var members: Set<DeviceID> = []

  var isEmpty: Bool { members.isEmpty }

  mutating func add(_ device: DeviceID) {
    if members.insert(device).inserted { stack.append(device) }
  }

  mutating func remove(_ device: DeviceID) { members.remove(device) }

  mutating func take() -> DeviceID? {
    while let device = stack.popLast() {
      if members.remove(device) != nil { return device }
    }
    return nil
  }

  mutating func removeAll() {
    stack = []
    members = []
  }
}
