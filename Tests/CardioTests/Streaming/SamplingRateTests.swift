import Cardio
import Testing

@Suite("Recordings of any sampling rate")
struct SamplingRateTests {
  /// Seconds of signal: enough for some forty beats.
  static let seconds = 40

  /// The signal at another rate, by Catmull–Rom interpolation between its samples at 125 Hz.
  static func signal(_ samples: [Float], hertz: Double) -> [Float] {
    let count = Int(Double(samples.count) * hertz / SampleRate.analysis.hertz)
    return (0..<count).map { index in
      let place = Double(index) * SampleRate.analysis.hertz / hertz
      let whole = Int(place)
      let way = Float(place - Double(whole))
      func at(_ offset: Int) -> Float { samples[max(0, min(samples.count - 1, whole + offset))] }
      let slope = (at(1) - at(-1)) / 2
      let nextSlope = (at(2) - at(0)) / 2
      let rise = at(1) - at(0)
      return at(0) + way * (slope + way * (3 * rise - 2 * slope - nextSlope + way * (slope + nextSlope - 2 * rise)))
    }
  }

  @Test("the same heart gives the same beats", arguments: [100.0, 128, 200, 250, 257, 360, 500, 1000])
  func sameBeats(hertz: Double) throws {
    var patient = SyntheticPatient(preset: .bigeminy, seed: 9)
    let samples = patient.next(125 * Self.seconds).microvolts
    let expected = RecordReplay.analyse(try RecordReplay.digitise(samples, rate: .analysis)).map(\.beat.seconds)
    #expect(expected.count > 30)
    let rate = try #require(SampleRate(hertz: hertz))
    let found = RecordReplay.analyse(try RecordReplay.digitise(Self.signal(samples, hertz: hertz), rate: rate))
      .map(\.beat.seconds)
    // 100 Hz loses what lies above 50 Hz; half a sample at 125 Hz is 4 ms.
    let comparison = BeatComparison(reference: expected, detected: found, tolerance: 0.016)
    #expect(comparison.falseNegatives == 0 && comparison.falsePositives == 0, "\(comparison)")
  }
}
