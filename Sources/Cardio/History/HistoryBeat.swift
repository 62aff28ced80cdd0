/// One beat of a session, kept small: a day has a hundred thousand. 16 bytes.
public struct HistoryBeat: Hashable, Sendable {
  /// R peak on the session's timeline at 125 Hz, in samples.
  public let position: Double
  private let rr: Int32
  private let probability: UInt16
  private let label: Int8
  /// Whether P(abnormal) reached the threshold in force.
  public let isAbnormal: Bool

  /// Describes a beat.
  /// - Parameters:
  ///   - position: R peak on the session's timeline at 125 Hz, in samples.
  ///   - rrMilliseconds: The interval before it; `nil` where it was not measured.
  ///   - beatClass: Its class where the model tells one.
  ///   - abnormalProbability: 0…1, kept in steps of 1/10000.
  ///   - isAbnormal: Whether that reaches the threshold.
  public init(
    position: Double, rrMilliseconds: UInt32?, beatClass: BeatClass?, abnormalProbability: Double, isAbnormal: Bool
  ) {
    self.position = position
    rr = rrMilliseconds.flatMap { Int32(exactly: $0) } ?? -1
    label = beatClass.map { Int8($0.index) } ?? -1
    probability = UInt16((min(1, max(0, abnormalProbability.isNaN ? 0 : abnormalProbability)) * 10_000).rounded())
    self.isAbnormal = isAbnormal
  }

  /// The interval before it in milliseconds; `nil` after a gap, lead-off or at the beginning.
  public var rrMilliseconds: Int? { rr < 0 ? nil : Int(rr) }
  /// AAMI EC57 class where the model tells one.
  public var beatClass: BeatClass? { label < 0 ? nil : BeatClass(index: Int(label)) }
  /// P(abnormal), 0…1.
  public var abnormalProbability: Double { Double(probability) / 10_000 }
  /// Whether an interval that ends or begins here may count as normal-to-normal: class N, or not abnormal where no class is told.
  public var isNormal: Bool { beatClass.map { $0 == .normal } ?? !isAbnormal }
}
