package import Store
internal import Wire

/// The meters of all devices.
package struct TelemetryBoard: Sendable {
  /// Most devices that are measured: more than one broker serves. Others are served all the same.
  package static let deviceLimit = 50_000

  private var meters: [DeviceID: TelemetryMeter] = [:]
  private var changed: Set<DeviceID> = []

  /// Starts empty.
  package init() {}

  /// How many devices are measured.
  package var deviceCount: Int { meters.count }

  /// Records what a transaction did.
  package mutating func record(_ batch: ChunkBatch, _ commit: ChunkCommit, committedAt: UnixMicroseconds) {
    for (chunk, outcome) in zip(batch.chunks, commit.outcomes) {
      change(chunk.device) { $0.record(chunk, outcome: outcome, committedAt: committedAt) }
    }
    for link in batch.links { change(link.device) { $0.record(link) } }
    for message in batch.quarantine {
      guard let device = message.device else { continue }
      change(device) { $0.recordRefusal() }
    }
  }

  /// Telemetry of the devices that changed since the last call.
  package mutating func takeChanged() -> [DeviceTelemetry] {
    defer { changed.removeAll(keepingCapacity: true) }
    return changed.compactMap { meters[$0]?.current }
  }

  private mutating func change(_ device: DeviceID, _ body: (inout TelemetryMeter) -> Void) {
    if meters[device] == nil {
      guard meters.count < Self.deviceLimit else { return }
      meters[device] = TelemetryMeter(device: device)
    }
    // The meter is there: it was made above if it was not.
    if meters[device] != nil { body(&meters[device]!) }
    changed.insert(device)
  }
}
