internal import Store
internal import Wire

/// One patient's page.
struct PatientView: Encodable, Sendable {
  /// A session in the list.
  struct Session: Encodable, Sendable {
    let session: String
    let device: String
    let firstReceivedMs: UInt64
    let lastReceivedMs: UInt64
    let chunks: Int
    let isCurrent: Bool

    init(_ record: SessionRecord, isCurrent: Bool) {
      session = record.reference.session.description
      device = record.reference.device.name
      firstReceivedMs = record.firstReceivedAt / 1000
      lastReceivedMs = record.lastReceivedAt / 1000
      chunks = record.chunkCount
      self.isCurrent = isCurrent
    }
  }

  let status: PatientStatus
  let birthDate: String?
  let deviceSinceMs: UInt64?
  let sessions: [Session]
  let telemetry: DeviceView?
  /// By how many samples a strip lags behind the beats' positions.
  let stripDelaySamples: Double
}
