/// An R peak as the detector tells it: in samples from the beginning of the stretch.
struct RPeak: Hashable, Sendable, Codable {
  /// The sample of the band-passed signal with the largest deflection.
  var index: Int
  /// The place of the peak between samples, −0.5…0.5.
  var fraction: Double
  /// The band-passed signal there, in µV.
  var amplitude: Float
  /// How surely it is a beat, 0…1.
  var confidence: Float
}

extension RPeak {
  /// Samples on either side of a complex's middle in which its peak is sought: 88 ms, half of a very wide complex.
  private static let reach = 11
  /// Of two deflections alike to this share, the earlier one is the R peak: it is where readers put it.
  private static let nearlyLargest: Float = 0.9

  /// The largest deflection of the band-passed signal under the hump of `candidate`, with the vertex of the parabola
  /// through it and its neighbours as the place between samples.
  ///
  /// - Parameters:
  ///   - candidate: The hump.
  ///   - band: The band-passed signal.
  ///   - count: Samples of the stretch so far.
  ///   - confidence: How surely it is a beat.
  init(under candidate: QRSCandidate, band: SampleRing.View, count: Int, confidence: Float) {
    let centre = candidate.time - QRSEnvelope.delay
    let low = min(max(1, centre - RPeak.reach), max(1, count - 2))
    let high = max(low, min(count - 2, centre + RPeak.reach))
    var mean: Float = 0
    for index in low...high { mean += band[index] }
    mean /= Float(high - low + 1)
    var best = low
    var largest: Float = -1
    for index in low...high {
      let deflection = abs(band[index] - mean)
      if deflection > largest {
        largest = deflection
        best = index
      }
    }
    for index in low..<best {
      let deflection = abs(band[index] - mean)
      guard deflection >= RPeak.nearlyLargest * largest else { continue }
      if deflection >= abs(band[index - 1] - mean), deflection >= abs(band[index + 1] - mean) {
        best = index
        break
      }
    }
    let before = band[best - 1]
    let at = band[best]
    let after = band[best + 1]
    let curvature = before - 2 * at + after
    let vertex = curvature == 0 ? 0 : (before - after) / (2 * curvature)
    self.init(
      index: best, fraction: Double(min(0.5, max(-0.5, vertex))), amplitude: at,
      confidence: confidence)
  }
}
