#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What four seconds of band-passed signal say about ventricular flutter, fibrillation and fast tachycardia: a QRS complex is
/// short and high over a flat line, a ventricular rhythm is always on its way up or down.
package struct WaveformFeatures {
  /// Samples of a window: 4.1 s at 62.5 Hz.
  package static let window = 256
  /// The names of the features, in their order.
  static let names = [
    "logPower", "leakage", "halfPeriod", "aboveFifth", "aboveFifthMedian", "nearZero", "kurtosis",
    "still",
    "slopeKurtosis", "slope", "unevenness", "crossings", "likeness", "lag", "opposition", "filled",
    "roughness",
  ]
  /// A quarter of the window: about a second, in which the highest deflection is sought.
  private static let quarter = window / 4
  /// Lags at which the signal may repeat itself: 128 … 592 ms, 470 … 100 a minute.
  private static let lags = 8..<38
  /// The side of the phase-space grid, and its delay of half a second (Amann 2007).
  private static let grid = 20
  private static let delay = 31

  /// The values, in the order of ``names``.
  private(set) var values: [Float] = []

  /// The root mean square of the window without its mean, in µV.
  private(set) var rootMeanSquare: Float = 0

  /// The features of ``window`` samples in µV at 62.5 Hz.
  init(_ signal: UnsafeBufferPointer<Float>) {
    precondition(signal.count == WaveformFeatures.window)
    let count = signal.count
    values.reserveCapacity(WaveformFeatures.names.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count) { x in
      let mean = WaveformFeatures.sum(signal) / Float(count)
      for index in 0..<count { x[index] = signal[index] - mean }
      add(UnsafeBufferPointer(x))
    }
  }

  private mutating func add(_ x: UnsafeBufferPointer<Float>) {
    let count = x.count
    var peaks = SIMD4<Float>.zero
    var slopes = SIMD4<Float>.zero
    var (power, fourth, slopePower, slopeFourth, bend, travel, area) = (
      Float(), Float(), Float(), Float(), Float(), Float(), Float()
    )
    var crossings = 0
    var before = x[0]
    var slopeBefore: Float = 0
    for part in 0..<4 {
      var peak: Float = 0
      var steepest: Float = 0
      for index in part * WaveformFeatures.quarter..<(part + 1) * WaveformFeatures.quarter {
        let value = x[index]
        let square = value * value
        let slope = value - before
        let slopeSquare = slope * slope
        let change = slope - slopeBefore
        power += square
        fourth += square * square
        slopePower += slopeSquare
        slopeFourth += slopeSquare * slopeSquare
        bend += change * change
        travel += abs(slope)
        area += abs(value)
        if (value > 0) != (before > 0) { crossings += 1 }
        peak = max(peak, abs(value))
        steepest = max(steepest, abs(slope))
        before = value
        slopeBefore = slope
      }
      peaks[part] = peak
      slopes[part] = steepest
    }
    let samples = Float(count)
    let highest = peaks.max()
    let usual = WaveformFeatures.median(peaks)
    let usualSlope = WaveformFeatures.median(slopes)
    // Half a period of a sinusoid of this area and travel (Kuo and Dillman 1978).
    let half = min(60, max(2, Int((Float.pi * area / (travel + 1e-6)).rounded())))
    rootMeanSquare = (power / samples).squareRoot()
    values.append(log(rootMeanSquare + 1))
    values.append(WaveformFeatures.leakage(x, half: half))
    values.append(Float(half))
    addShares(x, highest: highest, usual: usual)
    values.append(log(fourth / samples / (power / samples * power / samples + 1e-6) + 0.1))
    values.append(WaveformFeatures.stillness(x, limit: 0.1 * usualSlope))
    values.append(
      log(slopeFourth / samples / (slopePower / samples * slopePower / samples + 1e-6) + 0.1))
    values.append(log((usualSlope + 1) / (usual + 1)))
    values.append(log((highest + 1) / (peaks.min() + 1)))
    values.append(log(Float(crossings) + 1))
    addRepetition(x, power: power)
    values.append(WaveformFeatures.filled(x))
    values.append(log(bend / (slopePower + 1e-6) + 0.001))
  }

  private mutating func addShares(_ x: UnsafeBufferPointer<Float>, highest: Float, usual: Float) {
    var (above, aboveUsual, near) = (0, 0, 0)
    for value in x {
      let size = abs(value)
      if size > 0.2 * highest { above += 1 }
      if size > 0.2 * usual { aboveUsual += 1 }
      if size < 0.1 * usual { near += 1 }
    }
    for share in [above, aboveUsual, near] { values.append(Float(share) / Float(x.count)) }
  }

  /// How alike the signal is to itself one period later, at which lag, and how unlike half a period later.
  private mutating func addRepetition(_ x: UnsafeBufferPointer<Float>, power: Float) {
    var best: Float = -1
    var bestLag = 0
    var least: Float = 1
    for lag in 2..<WaveformFeatures.lags.upperBound {
      let likeness = WaveformFeatures.product(x, lag: lag) / (power + 1e-6)
      if lag < 26 { least = min(least, likeness) }
      if WaveformFeatures.lags.contains(lag), likeness > best { (best, bestLag) = (likeness, lag) }
    }
    values.append(best)
    values.append(Float(bestLag))
    values.append(least)
  }

  /// The sum of products of the signal with itself `lag` samples later, over a whole number of eights.
  @inline(__always)
  private static func product(_ x: UnsafeBufferPointer<Float>, lag: Int) -> Float {
    var sums = SIMD8<Float>.zero
    var index = 0
    // A window is not empty, so its buffer has an address.
    let base = UnsafeRawPointer(x.baseAddress!)
    while index + 8 + lag <= x.count {
      let now = base.loadUnaligned(fromByteOffset: index * 4, as: SIMD8<Float>.self)
      let later = base.loadUnaligned(fromByteOffset: (index + lag) * 4, as: SIMD8<Float>.self)
      sums += now * later
      index += 8
    }
    return sums.sum()
  }

  private static func sum(_ x: UnsafeBufferPointer<Float>) -> Float {
    var sum: Float = 0
    for value in x { sum += value }
    return sum
  }

  /// What is left when the signal is added to itself half a period later: 0 for a sinusoid.
  private static func leakage(_ x: UnsafeBufferPointer<Float>, half: Int) -> Float {
    var (left, all) = (Float(), Float())
    for index in half..<x.count {
      left += abs(x[index] + x[index - half])
      all += abs(x[index]) + abs(x[index - half])
    }
    return left / (all + 1e-6)
  }

  private static func stillness(_ x: UnsafeBufferPointer<Float>, limit: Float) -> Float {
    var still = 0
    for index in 1..<x.count where abs(x[index] - x[index - 1]) < limit { still += 1 }
    return Float(still) / Float(x.count - 1)
  }

  /// The share of the phase-space grid that the signal visits.
  private static func filled(_ x: UnsafeBufferPointer<Float>) -> Float {
    var low = x[0]
    var high = x[0]
    for value in x {
      low = min(low, value)
      high = max(high, value)
    }
    let scale = Float(grid) / (high - low + 1e-6)
    var visited = SIMD16<UInt64>.zero  // 400 bits are 7 words
    for index in delay..<x.count {
      let row = min(grid - 1, Int((x[index] - low) * scale))
      let column = min(grid - 1, Int((x[index - delay] - low) * scale))
      let cell = row * grid + column
      visited[cell >> 6] |= 1 << UInt64(cell & 63)
    }
    var cells = 0
    for word in 0..<7 { cells += visited[word].nonzeroBitCount }
    return Float(cells) / Float(grid * grid)
  }

  /// The mean of the two middle ones of four.
  private static func median(_ values: SIMD4<Float>) -> Float {
    (values.sum() - values.min() - values.max()) / 2
  }
}
