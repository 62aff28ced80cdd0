/// How regularly a signal swings: the highest normalised autocorrelation at lags of 112–496 ms (2–9 Hz).
///
/// Ventricular tachycardia, flutter and fibrillation swing coherently at 2–9 Hz where noise does not. Taken only where no QRS complexes
/// stand out, at half the rate: means of two samples.
enum Coherence {
  /// Means of two samples looked at: 2 s.
  private static let reach = 125
  private static let lags = 7...31

  /// The coherence of `band` before index `end`, 0…1; 0 where there is less than 2 s of it.
  static func measure(_ band: SampleRing.View, end: Int) -> Float {
    let start = end - 2 * reach
    guard start >= 0 else { return 0 }
    return withUnsafeTemporaryAllocation(of: Float.self, capacity: reach) { buffer in
      var power: Float = 0
      for index in 0..<reach {
        let value = band[start + 2 * index] + band[start + 2 * index + 1]
        buffer[index] = value
        power += value * value
      }
      guard power > 0 else { return 0 }
      var best: Float = 0
      for lag in lags {
        // Whole vectors of products, and the share of the signal's power that as many samples have.
        let products = (reach - lag) / 8 * 8
        best = max(
          best,
          correlation(UnsafeRawBufferPointer(buffer), lag: lag, products: products) * Float(reach) / Float(products))
      }
      return min(1, best / power)
    }
  }

  private static func correlation(_ bytes: UnsafeRawBufferPointer, lag: Int, products: Int) -> Float {
    var sum = SIMD8<Float>.zero
    for place in stride(from: 0, to: products, by: 8) {
      sum +=
        bytes.loadUnaligned(fromByteOffset: place * 4, as: SIMD8<Float>.self)
        * bytes.loadUnaligned(fromByteOffset: (place + lag) * 4, as: SIMD8<Float>.self)
    }
    return sum.sum()
  }
}
