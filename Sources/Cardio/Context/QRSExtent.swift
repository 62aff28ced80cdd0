/// How high and how wide a QRS complex is.
struct QRSExtent {
  /// The largest deflection within 48 ms of the R peak, with its sign, in µV.
  let peak: Float
  /// Of the samples from 128 ms before the R peak to 160 ms behind it: how many lie beyond 30 % of the largest deflection,
  /// and how many from the first of them to the last.
  let width: SIMD2<Float>

  /// The share of the largest deflection.
  private static let share: Float = 0.3

  /// - Parameter window: A beat's samples in µV, the R peak at ``BeatWindow/rIndex``.
  init(_ window: UnsafeBufferPointer<Float>) {
    let r = BeatWindow.rIndex
    var peak: Float = 0
    for index in r - 6...r + 6 where abs(window[index]) > abs(peak) { peak = window[index] }
    let limit = QRSExtent.share * abs(peak)
    var (count, first, last): (Float, Int, Int) = (0, r, r)
    for index in r - 16...r + 20 where abs(window[index]) > limit {
      first = min(first, index)
      last = index
      count += 1
    }
    self.peak = peak
    width = SIMD2(count, Float(max(0, last - first)))
  }
}
