public import Wire

/// What a page draws on one axis of time.
public enum SignalChannel: String, Sendable, Hashable, CaseIterable {
  /// The first ECG lead that the session has, band-passed, in microvolts.
  case ecg
  /// Photoplethysmogram, red, as the sensor counts.
  case ppgRed = "ppg-red"
  /// Photoplethysmogram, infrared, as the sensor counts.
  case ppgInfrared = "ppg-infrared"

  /// The channel of a chunk's samples; `nil` for a chunk without samples.
  public init?(_ kind: ChunkKind) {
    switch kind {
    case .ecgLeadI, .ecgLeadII, .ecgLeadIII: self = .ecg
    case .ppgRed: self = .ppgRed
    case .ppgInfrared: self = .ppgInfrared
    case .status: return nil
    }
  }

  /// The unit of its samples: `uV`, or `counts` of the sensor's converter, which have no unit of their own.
  public var unit: String { self == .ecg ? "uV" : "counts" }
}
