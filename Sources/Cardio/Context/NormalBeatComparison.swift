/// A beat beside the patient's running normal beat.
struct NormalBeatComparison {
  /// How many samples later than the normal beat's the beat's QRS complex lies in its window.
  let shift: Int
  /// The normal beat's peak-to-peak QRS amplitude in µV.
  let amplitude: Float
  /// How they differ.
  let measures: MorphologyMeasures
}
