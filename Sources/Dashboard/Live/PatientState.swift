internal import Wire

/// What there is to see of a patient at a moment: pure, from the latest facts.
package enum PatientState: String, Hashable, Sendable, Encodable, CaseIterable {
  /// No device is worn.
  case noDevice = "no-device"
  /// A device is worn and has never sent anything.
  case waiting
  /// The vault refuses the session's key.
  case keyRefused = "key-refused"
  /// Nothing has arrived for ``silenceLimit``.
  case noData = "no-data"
  /// What arrives is old: the device sends what it held back.
  case delayed
  /// An electrode has no contact.
  case leadOff = "lead-off"
  /// Chunks arrive, findings do not.
  case notAnalysed = "not-analysed"
  /// There is a signal, but not one to rely on.
  case poorSignal = "poor-signal"
  /// All is well with the measurement (not necessarily with the patient).
  case live

  /// Silence after which data count as stopped: two chunks of 1.5 s and a second for the way; the page says so within 5 s.
  package static let silenceLimit: UInt64 = 4_000_000
  /// Age of what arrives beyond which it is called delayed.
  package static let delayLimit: UInt64 = 15_000_000
  /// Quality below which a signal is called poor.
  package static let poorQuality = 0.5

  /// The facts, times in Unix microseconds.
  package struct Facts: Sendable {
    package var hasDevice = false
    package var isKeyRefused = false
    package var lastReceivedAt: UInt64?
    package var lastCaptureEnd: UInt64?
    package var isClockSynchronised = false
    package var lastFindingReceivedAt: UInt64?
    package var isLeadOff = false
    package var quality: Double?

    /// Nothing is known.
    package init() {}
  }

  /// Judges the facts.
  package init(_ facts: Facts, now: UInt64) {
    guard facts.hasDevice else {
      self = .noDevice
      return
    }
    guard let received = facts.lastReceivedAt else {
      self = .waiting
      return
    }
    if facts.isKeyRefused {
      self = .keyRefused
    } else if now > received + Self.silenceLimit {
      self = .noData
    } else if facts.isClockSynchronised, let end = facts.lastCaptureEnd, now > end + Self.delayLimit {
      self = .delayed
    } else if now > (facts.lastFindingReceivedAt ?? 0) + 2 * Self.silenceLimit {
      self = .notAnalysed
    } else if facts.isLeadOff {
      self = .leadOff
    } else if let quality = facts.quality, quality < Self.poorQuality {
      self = .poorSignal
    } else {
      self = .live
    }
  }
}
