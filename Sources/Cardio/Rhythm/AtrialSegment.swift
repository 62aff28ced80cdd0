/// The 256 ms of signal that end 64 ms before the R peak, where the P wave lies: 16 values at 62.5 Hz, without mean and slope,
/// in shares of the QRS complex's height, so that neither amplitude nor polarity of the lead matters.
public struct AtrialSegment: Hashable, Sendable, Codable {
  /// Values of a segment.
  public static let count = 16
  /// The first sample of the segment in a ``BeatWindow``, 320 ms ahead of the R peak.
  private static let start = 22
  /// The samples around the R peak in which the height of the QRS complex is taken: −96 … +96 ms.
  private static let complex = 50..<75

  /// The values.
  let values: SIMD16<Float>

  /// No signal at all.
  public static let flat = AtrialSegment(values: .zero)

  /// The values, made elsewhere.
  init(values: SIMD16<Float>) {
    self.values = values
  }

  /// The segment of a beat's window.
  public init(_ window: BeatWindow) {
    let height = window.samples.withUnsafeBufferPointer { samples in
      var low = Float.infinity
      var high = -Float.infinity
      for index in AtrialSegment.complex {
        low = min(low, samples[index])
        high = max(high, samples[index])
      }
      return high - low
    }
    var values = SIMD16<Float>.zero
    for index in 0..<AtrialSegment.count {
      let place = AtrialSegment.start + 2 * index
      values[index] = (window.samples[place] + window.samples[place + 1]) / 2
    }
    let times = AtrialSegment.times
    values -= values.sum() / Float(AtrialSegment.count)
    values -= times * ((values * times).sum() / AtrialSegment.timesPower)
    self.values = values / (height + 1)
  }

  /// −7.5 … 7.5: the places of the values, without their mean.
  private static let times: SIMD16<Float> = {
    var times = SIMD16<Float>.zero
    for index in 0..<count { times[index] = Float(index) - Float(count - 1) / 2 }
    return times
  }()
  private static let timesPower = (times * times).sum()

  /// Decodes 16 finite values.
  public init(from decoder: any Decoder) throws {
    values = try decoder.singleValueContainer().decode(SIMD16<Float>.self)
    for index in 0..<AtrialSegment.count where !values[index].isFinite {
      throw DecodingError.dataCorrupted(
        .init(
          codingPath: decoder.codingPath, debugDescription: "an atrial segment has finite values"))
    }
  }

  /// Encodes the values.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(values)
  }
}
