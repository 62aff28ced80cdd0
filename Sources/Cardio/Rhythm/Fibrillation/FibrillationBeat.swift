/// What of a beat matters for atrial fibrillation.
struct FibrillationBeat: Hashable, Sendable, Codable {
  /// The R peak in samples.
  let position: Double
  /// The RR interval before it in seconds; 0 where there is none.
  let interval: Float
  /// Whether it is ventricular (V or F) or lies in a ventricular rhythm: its interval and the next say nothing about the atria.
  let isEctopic: Bool
  /// The signal ahead of it.
  let atrialSegment: AtrialSegment

  init(_ beat: RhythmBeat, isExcluded: Bool) {
    position = beat.position
    interval = Float(beat.rrSeconds ?? 0)
    isEctopic = isExcluded || beat.beatClass == .ventricular || beat.beatClass == .fusion
    atrialSegment = beat.atrial
  }

  var atrial: SIMD16<Float> { atrialSegment.values }
}
