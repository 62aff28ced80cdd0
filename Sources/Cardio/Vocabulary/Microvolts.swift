/// A voltage at the electrodes, in microvolts (µV).
///
/// Arrays of samples are `[Float]` in µV; a single amplitude that is handed on carries its unit in its type.
public struct Microvolts: RawRepresentable, Hashable, Comparable, Sendable, Codable {
  /// The value in µV.
  public let rawValue: Float

  /// A voltage of `rawValue` µV.
  public init(rawValue: Float) {
    self.rawValue = rawValue
  }

  /// A voltage of `value` µV.
  public init(_ value: Float) {
    self.rawValue = value
  }

  /// The value in millivolts (mV), the unit of ECG paper (10 mm per mV).
  public var millivolts: Float { rawValue / 1000 }

  /// Orders by signed voltage.
  public static func < (lhs: Microvolts, rhs: Microvolts) -> Bool {
    lhs.rawValue < rhs.rawValue
  }
}
