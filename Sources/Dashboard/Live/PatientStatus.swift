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

  /// Pseudonym.
  let patient: String
  /// The patient's name; absent while the vault cannot be asked.
  let name: String?
  let device: String?
  let session: String?
  let state: PatientState
  /// `online` or `offline`, as the device or mosquitto said last.
  let link: String?
  let linkSinceMs: UInt64?
  /// The charge of the device's battery, 0…1; absent where the device tells none.
  let battery: Double?
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
