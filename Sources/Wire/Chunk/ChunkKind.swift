/// What the samples of a chunk are.
public enum ChunkKind: UInt8, Sendable, CaseIterable, Codable {
  /// ECG lead I, the lead of a device with one front end.
  case ecgLeadI = 1
  /// ECG lead II.
  case ecgLeadII = 2
  /// ECG lead III.
  case ecgLeadIII = 3
  /// Photoplethysmogram, red.
  case ppgRed = 16
  /// Photoplethysmogram, infrared.
  case ppgInfrared = 17
  /// The device's own state; no samples.
  case status = 32

  /// Whether the samples are an ECG in nanovolts per LSB.
  public var isECG: Bool { rawValue <= ChunkKind.ecgLeadIII.rawValue }
}
