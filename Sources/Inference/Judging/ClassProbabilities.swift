public import Cardio

/// How likely a beat belongs to each of the five classes of AAMI EC57.
public struct ClassProbabilities: Hashable, Sendable {
  private var values: SIMD8<Float>

  /// The probabilities in the order N, S, V, F, Q.
  public init(
    normal: Float, supraventricular: Float, ventricular: Float, fusion: Float, unknown: Float
  ) {
    values = SIMD8(normal, supraventricular, ventricular, fusion, unknown, 0, 0, 0)
  }

  /// The probability of a class, 0…1.
  public subscript(beatClass: BeatClass) -> Float { values[beatClass.index] }
}
