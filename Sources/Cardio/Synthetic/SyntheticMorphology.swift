#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The shape of a beat as a sum of Gaussian waves (after McSharry et al. 2003, IEEE TBME 50:289).
struct SyntheticMorphology: Sendable {
  /// One wave: amplitude in µV, place in seconds from the R peak, width (standard deviation) in seconds.
  struct Wave: Sendable {
    var amplitude: Double
    var place: Double
    var width: Double
    /// Whether the place moves with the square root of the RR interval, as repolarisation does (Bazett 1920).
    var followsRate = false
  }

  let waves: [Wave]

  /// Sinus beat: P, Q, R, S, T.
  static let sinus = SyntheticMorphology(waves: [
    Wave(amplitude: 120, place: -0.165, width: 0.024),
    Wave(amplitude: -110, place: -0.028, width: 0.009),
    Wave(amplitude: 1_150, place: 0, width: 0.0115),
    Wave(amplitude: -240, place: 0.03, width: 0.011),
    Wave(amplitude: 290, place: 0.29, width: 0.055, followsRate: true),
  ])

  /// Ventricular ectopic beat: no P, a wide QRS complex, a discordant T.
  static let ventricular = SyntheticMorphology(waves: [
    Wave(amplitude: 1_550, place: 0, width: 0.034),
    Wave(amplitude: -520, place: 0.095, width: 0.036),
    Wave(amplitude: -430, place: 0.31, width: 0.075),
  ])

  /// The voltage in µV, `time` seconds from the R peak of a beat whose RR interval is `rr` seconds.
  func voltage(at time: Double, rr: Double) -> Double {
    let stretch = min(max(rr, 0.3), 1.2).squareRoot()
    var sum = 0.0
    for wave in waves {
      let distance =
        (time - wave.place * (wave.followsRate ? stretch : 1)) / (wave.width * (wave.followsRate ? stretch : 1))
      if abs(distance) < 6 { sum += wave.amplitude * exp(-distance * distance / 2) }
    }
    return sum
  }
}
