/// A moment of a session: where on its timeline, and when by the device's clock.
///
/// Durations are taken from the samples, which cannot jump; the time is for people.
struct SignalMoment: Hashable, Sendable, Codable {
  /// Samples per second of a session's timeline (`docs/wire-format.md`).
  static let sampleRate = 125.0

  /// Sample on the session's timeline.
  var sample: UInt64
  /// Unix time, microseconds.
  var time: UInt64

  /// Seconds of signal from an earlier moment to this one; 0 when it is later.
  func seconds(since earlier: SignalMoment) -> Double {
    sample > earlier.sample ? Double(sample - earlier.sample) / Self.sampleRate : 0
  }

  /// The moment `seconds` before this one.
  func before(seconds: Double) -> SignalMoment {
    let samples = UInt64(max(0, seconds * Self.sampleRate).rounded())
    let microseconds = UInt64(max(0, seconds * 1e6).rounded())
    return SignalMoment(sample: sample - min(samples, sample), time: time - min(microseconds, time))
  }
}
