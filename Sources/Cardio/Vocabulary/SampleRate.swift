/// A sampling rate, exact to the millihertz (the unit of the wire format).
public struct SampleRate: Hashable, Comparable, Sendable, Codable {
  /// The rate in millihertz, at least 1.
  public let millihertz: UInt32

  /// The rate at which every analysis here runs: 125 Hz.
  public static let analysis = SampleRate(validMillihertz: 125_000)

  /// A rate in millihertz; `nil` for zero.
  public init?(millihertz: UInt32) {
    guard millihertz > 0 else { return nil }
    self.millihertz = millihertz
  }

  /// A rate in hertz, rounded to the millihertz; `nil` when it is not finite, not positive or above 4 MHz.
  public init?(hertz: Double) {
    guard hertz.isFinite, hertz >= 0.001, hertz <= 4_000_000 else { return nil }
    self.millihertz = UInt32((hertz * 1000).rounded())
  }

  private init(validMillihertz: UInt32) {
    self.millihertz = validMillihertz
  }

  /// The rate in hertz.
  public var hertz: Double { Double(millihertz) / 1000 }

  /// The time between two samples, in seconds.
  public var interval: Double { 1000 / Double(millihertz) }

  /// Orders by frequency.
  public static func < (lhs: SampleRate, rhs: SampleRate) -> Bool {
    lhs.millihertz < rhs.millihertz
  }
}
