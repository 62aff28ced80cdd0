internal import Findings
internal import Wire

/// One tile of the ward: what is known of a patient now. Also the content of a `vitals` event.
struct PatientStatus: Encodable, Hashable, Sendable {
  /// Alerts of the patient that are not resolved.
  struct Alerts: Encodable, Hashable, Sendable {
    var unresolved = 0
    var unacknowledged = 0
    /// The gravest one's.
    var severity: String?
  }

  /// What the device's own network flagged while there was no connection: a hint, and never part of ``abnormalBeats``, of a rhythm
  /// or of an alert.
  struct DeviceBeats: Encodable, Hashable, Sendable {
    /// Since the device was switched on.
    let judged: UInt64
    let flagged: UInt64
    /// When the device said so, by its own clock.
    let saidMs: UInt64

    /// `nil` where the finding is of no status, or of one that says nothing of beats.
    init?(_ finding: Finding) {
      guard let status = finding.status, let judged = status.judgedBeats, judged > 0,
        let flagged = status.flaggedBeats, flagged <= judged
      else { return nil }
      self.judged = judged
      self.flagged = flagged
      saidMs = finding.captureTime / 1000
    }
  }

  /// Pseudonym.
  let patient: String
  /// The patient's name; absent while the vault cannot be asked.
  let name: String?
  /// The groups that the patient is in, by their names in addresses; what they are called is the ward's to tell.
  let groups: [String]
  let device: String?
  let session: String?
  let state: PatientState
  /// `online` or `offline`, as the device or mosquitto said last.
  let link: String?
  let linkSinceMs: UInt64?
  /// The charge of the device's battery, 0…1; absent where the device tells none.
  let battery: Double?
  /// Absent where the device judges no beats itself, or never had to.
  let deviceBeats: DeviceBeats?
  /// Beats per minute.
  let heartRate: Double?
  /// 0…1.
  let quality: Double?
  let isLeadOff: Bool
  /// P(abnormal) of the latest beat.
  let abnormalProbability: Double?
  /// The highest one of the rhythm's window.
  let highestAbnormalProbability: Double?
  /// R peaks and abnormal beats since the session began.
  let rPeaks: UInt64
  let abnormalBeats: UInt64
  let rhythm: RhythmStatement
  /// Unix milliseconds at which the latest sample was taken, by the device's clock.
  let capturedMs: UInt64?
  /// Unix milliseconds at which the latest chunk arrived, by the server's clock.
  let receivedMs: UInt64?
  let alerts: Alerts
}
