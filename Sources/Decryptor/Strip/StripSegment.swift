internal import Cardio
public import Wire

/// One chunk's worth of signal to draw.
public struct StripSegment: Sendable, Hashable {
  /// By how many samples at 125 Hz the drawn signal lags behind the electrodes, and behind `BeatFinding.position`:
  /// the delay of the causal band-pass at the QRS complex (8.8 ms, 0.2 mm of paper). Sample `i` belongs at
  /// `firstSample + i − delaySamples`.
  public static let delaySamples = BandPassFilter.delaySamples

  /// The chunk's sequence number.
  public var sequence: UInt64
  /// Which lead or light.
  public var kind: ChunkKind
  /// Index of the first sample on the session's timeline at 125 Hz.
  public var firstSample: UInt64
  /// Samples that the chunk covers, also while the lead is off.
  public var sampleCount: Int
  /// Unix time of the first sample, microseconds.
  public var captureTime: UInt64
  /// Whether the device's clock was synchronised.
  public var isClockSynchronised: Bool
  /// Electrodes without contact.
  public var leadOff: LeadOff
  /// An ECG's signal, 0.5–40 Hz, in microvolts, limited to ±32.767 mV; a photoplethysmogram's in counts, unfiltered. Empty while
  /// an electrode is off: what comes in then is no measurement of a heart.
  public var samples: [Int16]
  /// Samples between the end of the previous segment and this one that were never taken, are lost, or were refused:
  /// draw nothing there. For the first segment that was ever read, the samples before it that are known to be missing.
  public var missingSamples: UInt64

  /// Describes a segment.
  public init(
    sequence: UInt64, kind: ChunkKind, firstSample: UInt64, sampleCount: Int, captureTime: UInt64,
    isClockSynchronised: Bool, leadOff: LeadOff, samples: [Int16], missingSamples: UInt64
  ) {
    self.sequence = sequence
    self.kind = kind
    self.firstSample = firstSample
    self.sampleCount = sampleCount
    self.captureTime = captureTime
    self.isClockSynchronised = isClockSynchronised
    self.leadOff = leadOff
    self.samples = samples
    self.missingSamples = missingSamples
  }
}
