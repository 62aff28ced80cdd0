package import Store
package import Wire

/// Lets one line a device and minute through, so that a hostile device cannot fill the disk with our own log.
package struct RefusalLogGate: Sendable {
  /// Most devices that are remembered; when it is reached everything is forgotten, which costs some lines.
  package static let deviceLimit = 10_000
  /// Length of the quiet time after a line.
  package static let quietMicroseconds: UnixMicroseconds = 60_000_000

  private var lastLine: [DeviceID?: UnixMicroseconds] = [:]

  /// Starts with nothing logged.
  package init() {}

  /// Whether a refusal may be logged now.
  package mutating func admits(_ device: DeviceID?, now: UnixMicroseconds) -> Bool {
    if let last = lastLine[device], now >= last, now - last < Self.quietMicroseconds { return false }
    if lastLine.count >= Self.deviceLimit { lastLine.removeAll(keepingCapacity: true) }
    lastLine[device] = now
    return true
  }
}
