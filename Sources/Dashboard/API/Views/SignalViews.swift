internal import Store

/// A stretch of ECG.
struct StripView: Encodable, Sendable {
  let patient: String
  let session: String
  let sampleRateHz: Double
  let pieces: [LiveEvent.Strip]
  let beats: [LiveEvent.Beat]
}

/// Amplitudes in µV at 0, 1, 2 … times the bin width, up to 50 Hz.
struct SpectrumView: Encodable, Sendable {
  let patient: String
  let session: String?
  /// Seconds of signal that went in; 0 when there was none without a gap.
  let seconds: Double
  let binWidthHz: Double?
  let microvolts: [Float]
  let peakHz: Double?
}

/// Who is signed in, and what the page has to send with every request that changes something.
struct SessionView: Encodable, Sendable {
  let account: String
  let role: String
  let requestToken: String
  let expiresMs: UInt64
  /// True where nothing but adding a second factor is possible.
  let needsSecondFactor: Bool

  init(_ signedIn: SignedIn) {
    account = signedIn.account
    role = signedIn.role.rawValue
    requestToken = signedIn.token.requestToken
    expiresMs = signedIn.expiresAt / 1000
    needsSecondFactor = signedIn.needsSecondFactor
  }
}

/// A list, so that an answer can grow.
struct ListView<Item: Encodable & Sendable>: Encodable, Sendable {
  let items: [Item]
}

/// The ward with the server's clock, by which ages are reckoned.
struct WardView: Encodable, Sendable {
  /// A group of patients whom the account may see, and what it is called.
  struct Group: Encodable, Sendable {
    let group: String
    /// Absent while the vault cannot be asked.
    let name: String?
  }

  let nowMs: UInt64
  let patients: [PatientStatus]
  /// Those that somebody of the ward is in, by name.
  let groups: [Group]
}
