#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds the R peak under a hump of the envelope: the local extremum where the signal departs most from its surroundings.
///
/// The departure is from a moving mean over ``width`` samples, so that the slope of an ST segment or of a wandering
/// baseline is no R peak however high it climbs; it counts less the farther it lies from where R peaks mostly lie under a
/// hump. Where a complex points both ways alike (RS, QR), the side on which this patient's last peaks lay is preferred:
/// a peak that jumps from one deflection to the other would make RR intervals of its own.
struct RPeakLocator: Hashable, Sendable, Codable {
  /// Samples on either side of a hump's middle in which its peak is sought: 104 ms, half of a very wide complex.
  private static let reach = 13
  /// Samples on either side that the moving mean takes in: it spans 168 ms, a QRS complex and little more.
  private static let width = 10
  /// Samples by which R peaks mostly lie before the middle: the S wave behind them belongs to the hump as well.
  private static let lead = 2
  /// The standard deviation, in samples, of the bell by which a distance from there weighs.
  private static let spread = 12.0
  /// Of two departures alike to this share, the earlier one is the R peak: it is where readers put it.
  private static let nearlyLargest: Float = 0.93
  /// How much a departure to the usual side counts more, where all peaks lay on that side.
  private static let preference: Float = 0.2
  /// The share of the way by which a peak moves the usual side.
  private static let sideShare: Float = 0.2

  private static let weights: [Float] = (-reach...reach).map { offset in
    let distance = Double(offset + lead) / spread
    return Float(exp(-0.5 * distance * distance))
  }

  /// The usual side of the peaks: −1 (all point down) … 1.
  private var side: Float = 0

  /// The R peak under the hump of `candidate`, with the vertex of the parabola through it and its neighbours as the place
  /// between samples.
  ///
  /// - Parameters:
  ///   - candidate: The hump.
  ///   - band: The band-passed signal.
  ///   - count: Samples of the stretch so far, at least three.
  ///   - confidence: How surely it is a beat.
  /// - Returns: The peak; the largest departure where the signal has no extremum there.
  mutating func locate(under candidate: QRSCandidate, band: SampleRing.View, count: Int, confidence: Float) -> RPeak {
    let centre = candidate.time - QRSEnvelope.delay
    let low = min(max(1, centre - RPeakLocator.reach), max(1, count - 2))
    let high = max(low, min(count - 2, centre + RPeakLocator.reach))
    let first = max(0, low - RPeakLocator.width)
    let past = min(count, high + RPeakLocator.width + 1)
    var best = (index: low, departure: Float(0))
    // The stretch is not empty, so the buffer has an address.
    withUnsafeTemporaryAllocation(of: Float.self, capacity: past - first) { buffer in
      let samples = buffer.baseAddress! - first
      for index in first..<past { samples[index] = band[index] }
      best = RPeakLocator.weights.withUnsafeBufferPointer { weights in
        search(samples, low...high, within: first..<past, centre: centre, weights: weights)
      }
    }
    if best.departure != 0 { side += RPeakLocator.sideShare * ((best.departure > 0 ? 1 : -1) - side) }
    return RPeakLocator.peak(at: best.index, band: band, confidence: confidence)
  }

  /// The best place in `range` and the departure there; `samples` can be read in `all`.
  private func search(
    _ samples: UnsafePointer<Float>, _ range: ClosedRange<Int>, within all: Range<Int>, centre: Int,
    weights: UnsafeBufferPointer<Float>
  ) -> (index: Int, departure: Float) {
    let factors = (1 + RPeakLocator.preference * max(0, -side), 1 + RPeakLocator.preference * max(0, side))
    let (width, reach) = (RPeakLocator.width, RPeakLocator.reach)
    var best = (index: range.lowerBound, departure: Float(0))
    var highest: Float = -1
    var isExtremum = false
    var (first, next) = (all.lowerBound, all.lowerBound)
    var sum: Float = 0
    for index in range {
      while next < min(all.upperBound, index &+ width &+ 1) {
        sum += samples[next]
        next &+= 1
      }
      while first < index &- width {
        sum -= samples[first]
        first &+= 1
      }
      let at = samples[index]
      let departure = at - sum / Float(next &- first)
      let offset = min(max(0, index &- centre &+ reach), 2 * reach)
      let score = abs(departure) * weights[offset] * (departure < 0 ? factors.0 : factors.1)
      let (before, after) = (samples[index &- 1], samples[index &+ 1])
      let turns = (at > before && at >= after) || (at < before && at <= after)
      // The first extremum beats whatever is none; then a later one must be clearly larger.
      let isBetter =
        turns == isExtremum ? score * (turns ? RPeakLocator.nearlyLargest : 1) > highest : turns
      guard isBetter else { continue }
      best = (index, departure)
      highest = score
      isExtremum = turns
    }
    return best
  }

  private static func peak(at index: Int, band: SampleRing.View, confidence: Float) -> RPeak {
    let before = band[index - 1]
    let at = band[index]
    let after = band[index + 1]
    let curvature = before - 2 * at + after
    let vertex = curvature == 0 ? 0 : (before - after) / (2 * curvature)
    return RPeak(
      index: index, fraction: Double(min(0.5, max(-0.5, vertex))), amplitude: at, confidence: confidence)
  }
}
