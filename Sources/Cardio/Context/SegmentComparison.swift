/// Two stretches of signal of equal length, compared about their means.
struct SegmentComparison {
  /// Pearson's correlation; near 0 when one is flat.
  let correlation: Float
  /// Root mean square of the first about its mean, in µV.
  let amplitude: Float
  /// The same of the second.
  let referenceAmplitude: Float
  /// Root mean square of their difference, in µV.
  let difference: Float

  /// Compares `window[range + shift]` with `reference[range]`.
  ///
  /// - Parameters:
  ///   - window: A beat's samples in µV.
  ///   - reference: As many.
  ///   - range: Indices of `reference`.
  ///   - shift: By how many samples the window's stretch lies later; the range so moved lies within the window.
  init(
    _ window: UnsafeBufferPointer<Float>, _ reference: UnsafeBufferPointer<Float>, range: Range<Int>, shift: Int = 0
  ) {
    let count = Float(range.count)
    var (mean, referenceMean): (Float, Float) = (0, 0)
    for index in range {
      mean += window[index + shift]
      referenceMean += reference[index]
    }
    mean /= count
    referenceMean /= count
    var (square, referenceSquare, product): (Float, Float, Float) = (0, 0, 0)
    for index in range {
      let x = window[index + shift] - mean
      let y = reference[index] - referenceMean
      square += x * x
      referenceSquare += y * y
      product += x * y
    }
    // The µV² that one electrode's noise leaves keep a flat stretch from being like another flat one.
    correlation = product / (square * referenceSquare + 1).squareRoot()
    amplitude = (square / count).squareRoot()
    referenceAmplitude = (referenceSquare / count).squareRoot()
    difference = (max(0, square + referenceSquare - 2 * product) / count).squareRoot()
  }
}
