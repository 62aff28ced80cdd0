public import Cardio
public import Inference

/// A beat of a long recording, without its window: small enough to keep every beat of a week.
public struct HolterBeat: Hashable, Sendable {
  /// The R peak in samples at 125 Hz from the beginning of the recording, with a fraction.
  public let position: Double
  /// The RR interval before it in seconds; `nil` for the first beat and across a gap.
  public var rrSeconds: Double? { rr.isNaN ? nil : Double(rr) }
  /// The class; `nil` when the model tells none or cannot read the beat.
  public var beatClass: BeatClass? { BeatClass(index: Int(classIndex)) }
  /// P(abnormal); `nil` when the model cannot tell.
  public var abnormalProbability: Float? { probability.isNaN ? nil : probability }
  /// How far the beat can be trusted, 0…1.
  public let quality: Float
  /// Whether the model declined to judge it.
  public let isUnreadable: Bool
  /// Whether it counts as abnormal: by its class, or by P(abnormal) where the model tells no classes.
  public let isAbnormal: Bool

  private let rr: Float
  private let probability: Float
  private let classIndex: UInt8
  private static let withoutClass = UInt8(BeatClass.allCases.count)

  /// A judged beat; `threshold` is the P(abnormal) from which a beat without a class is abnormal.
  public init(_ beat: SegmentedBeat, judgement: BeatJudgement, threshold: Float) {
    position = beat.beat.position
    rr = beat.previousRR.map { Float($0) } ?? .nan
    probability = judgement.abnormalProbability ?? .nan
    quality = beat.beat.quality
    isUnreadable = judgement.isUnreadable
    classIndex = judgement.beatClass.map { UInt8($0.index) } ?? Self.withoutClass
    isAbnormal =
      judgement.isUnreadable
      ? false : judgement.beatClass?.isAbnormal ?? ((judgement.abnormalProbability ?? 0) >= threshold)
  }

  /// The R peak in seconds from the beginning of the recording.
  public var seconds: Double { position * SampleRate.analysis.interval }

  /// Whether an interval between two such beats counts for heart rate variability: readable and not abnormal.
  var isNormal: Bool { !isUnreadable && !isAbnormal }
}
