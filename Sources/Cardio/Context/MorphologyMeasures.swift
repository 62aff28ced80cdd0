/// How a beat's shape differs from the patient's running normal beat. Correlations are Pearson's; amplitudes are root mean
/// squares about the mean; "relative" is in units of the normal beat's peak-to-peak QRS amplitude.
package struct MorphologyMeasures {
  /// How many there are.
  package static let count = 16

  /// Of the QRS complexes.
  var qrsCorrelation: Float = 0
  /// Logarithm of the ratio of the QRS complexes' amplitudes.
  var qrsAmplitudeRatio: Float = 0
  /// The amplitude of the QRS complexes' difference over that of the normal one.
  var qrsDifference: Float = 0
  /// Of the segments ahead of the QRS complex, where a P wave would be.
  var atrialCorrelation: Float = 0
  /// The relative amplitude of those segments' difference.
  var atrialDifference: Float = 0
  /// Of the T waves.
  var repolarisationCorrelation: Float = 0
  /// The relative amplitude of the T waves' difference.
  var repolarisationDifference: Float = 0
  /// Logarithm of the ratio of the T waves' amplitudes.
  var repolarisationAmplitudeRatio: Float = 0
  /// Of the QRS complex with that of the beat before.
  var previousCorrelation: Float = 0
  /// Samples beyond 30 % of the QRS complex's largest deflection, and from the first of them to the last.
  var width = SIMD2<Float>(repeating: 0)
  /// The same, less the normal beat's.
  var widening = SIMD2<Float>(repeating: 0)
  /// The largest deflection with its sign, relative.
  var deflection: Float = 0
  /// By how many samples the beat was moved to lie on the normal one.
  var shift: Float = 0
  /// Logarithm of the normal beat's peak-to-peak QRS amplitude in mV.
  var normalAmplitude: Float = 0

  /// Gives every measure, in an order that never changes.
  func forEach(_ body: (Float) -> Void) {
    body(qrsCorrelation)
    body(qrsAmplitudeRatio)
    body(qrsDifference)
    body(atrialCorrelation)
    body(atrialDifference)
    body(repolarisationCorrelation)
    body(repolarisationDifference)
    body(repolarisationAmplitudeRatio)
    body(previousCorrelation)
    body(width[0])
    body(width[1])
    body(widening[0])
    body(widening[1])
    body(deflection)
    body(shift)
    body(normalAmplitude)
  }
}
