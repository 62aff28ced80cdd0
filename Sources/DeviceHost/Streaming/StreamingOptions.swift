/// How fast a source is played.
public enum PlaybackSpeed: Sendable, Equatable {
  /// So many times as fast as the heart; 1 is real time.
  case times(Double)
  /// As fast as the outbox empties.
  case maximum
}

/// What a simulated device does beside being a device.
public struct StreamingOptions: Sendable {
  /// How fast the source is played. At any speed but 1 the front end waits for the outbox, so that nothing is lost
  /// for want of room; in real time a full outbox loses samples, as it would on the board.
  public var speed = PlaybackSpeed.times(1)
  /// Sampling intervals to play; `nil` plays the source to its end, or for ever.
  public var sampleLimit: Int?
  /// The share of chunks that the simulated radio loses on their way out.
  public var loss = 0.0
  /// Seconds between two broken connections; `nil` for none.
  public var disconnectEverySeconds: Double?
  /// Longest wait for the last receipts; `nil` does not wait.
  public var drainTimeout: Duration?
  /// Wait before the first sample and the connection: spreads a fleet over the second.
  public var startDelay = Duration.zero

  /// Real time, to the end of the source, without faults.
  public init() {}

  /// The capture time of the first sample.
  ///
  /// In real time it is now. When a recording of known length is played faster, it lies so far back that the last sample
  /// was taken when it is sealed: capture times never lie in the future. A source without an end that is played faster
  /// has no such place; its capture times begin now and run ahead of the clock.
  package func captureOrigin(now: UInt64, samples: Int?) -> UInt64 {
    guard let samples else { return now }
    let duration = Double(samples) * Double(SampleInterval.microseconds)
    let lead: Double =
      switch speed {
      case .times(let factor): max(0, duration * (1 - 1 / factor))
      case .maximum: duration
      }
    return now - min(now, UInt64(lead))
  }

  /// Microseconds of real time after the start at which `sample` has been taken; `nil`: at once.
  package func dueMicroseconds(of sample: Int) -> UInt64? {
    switch speed {
    case .times(let factor): UInt64(Double(sample) * Double(SampleInterval.microseconds) / factor)
    case .maximum: nil
    }
  }

  /// Whether the front end waits for the outbox.
  var waitsForOutbox: Bool { speed != .times(1) }
}

/// The time between two samples.
enum SampleInterval {
  /// 125 Hz.
  static let microseconds = 8_000
}
