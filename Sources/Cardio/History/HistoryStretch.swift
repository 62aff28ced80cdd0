/// What is known of one chunk's time on a session's timeline, kept small. 32 bytes.
public struct HistoryStretch: Hashable, Sendable {
  /// Index of its first sample at 125 Hz.
  public let firstSample: Int
  /// Unix time of its first sample, microseconds.
  public let captureTime: UInt64
  private let qualityValue: Float
  private let heartRateValue: Float
  private let length: UInt16
  /// Whether an electrode had no contact.
  public let isLeadOff: Bool

  /// Describes a stretch.
  /// - Parameters:
  ///   - firstSample: Index of its first sample.
  ///   - sampleCount: Samples, at most 65,535.
  ///   - captureTime: Unix time of the first sample, microseconds.
  ///   - quality: 0…1; `nil` where it was not measured.
  ///   - heartRate: Beats per minute; `nil` where it could not be measured.
  ///   - isLeadOff: Whether an electrode had no contact.
  public init(
    firstSample: Int, sampleCount: Int, captureTime: UInt64, quality: Double?, heartRate: Double?, isLeadOff: Bool
  ) {
    self.firstSample = firstSample
    length = UInt16(clamping: sampleCount)
    self.captureTime = captureTime
    qualityValue = quality.map { Float($0) } ?? .nan
    heartRateValue = heartRate.map { Float($0) } ?? .nan
    self.isLeadOff = isLeadOff
  }

  /// Samples.
  public var sampleCount: Int { Int(length) }
  /// The index after its last sample.
  public var end: Int { firstSample + sampleCount }
  /// Signal quality, 0…1; `nil` where it was not measured.
  public var quality: Double? { qualityValue.isNaN ? nil : Double(qualityValue) }
  /// Heart rate in beats per minute; `nil` where it could not be measured.
  public var heartRate: Double? { heartRateValue.isNaN ? nil : Double(heartRateValue) }
}
