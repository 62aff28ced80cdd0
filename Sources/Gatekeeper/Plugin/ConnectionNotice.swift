package import Wire

/// mosquitto's log line about a new connection:
///
///     2026-03-01T10:00:00: New client connected from 192.0.2.7:50123 as ward-7 (p2, c1, k60, u'ward-7').
package struct ConnectionNotice: Hashable, Sendable {
  /// Who connected. mosquitto takes it from the certificate.
  package let device: DeviceID

  /// Reads a line; `nil` if it tells anything else than that a device connected.
  package init?(line: some StringProtocol) {
    guard let start = line.firstRange(of: "New client connected from "),
      let name = line[start.upperBound...].firstRange(of: " as "),
      let end = line[name.upperBound...].firstIndex(of: " "),
      let device = DeviceID(line[name.upperBound..<end])
    else { return nil }
    self.device = device
  }
}
