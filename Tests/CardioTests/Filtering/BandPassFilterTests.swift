import Cardio
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Band-pass filter")
struct BandPassFilterTests {
  /// The amplitude that a sinusoid of 1,000 µV has behind the filter, when the transient is gone.
  private func amplitude(at frequency: Double) -> Double {
    var filter = BandPassFilter()
    let settle = 125 * 40
    let measured = 125 * 40
    var cosine = 0.0
    var sine = 0.0
    for index in 0..<settle + measured {
      let angle = 2 * Double.pi * frequency * Double(index) / 125
      let output = Double(filter.process(Float(1_000 * sin(angle))))
      if index >= settle {
        cosine += output * cos(angle)
        sine += output * sin(angle)
      }
    }
    return (cosine * cosine + sine * sine).squareRoot() * 2 / Double(measured)
  }

  @Test(
    "the response at named frequencies is Butterworth's",
    arguments: [
      (0.05, 0.01000), (0.25, 0.24252), (0.5, 0.70711), (1, 0.97016), (5, 0.99995), (10, 1.00000), (25, 0.99898),
      (40, 0.70711), (45, 0.28936), (50, 0.06855), (60, 0.00010),
    ])
  func response(frequency: Double, gain: Double) {
    #expect(abs(amplitude(at: frequency) / 1_000 - gain) < 0.002)
  }

  @Test("a constant is settled from the first sample on")
  func settles() {
    var filter = BandPassFilter()
    for _ in 0..<500 { #expect(abs(filter.process(31_000)) < 0.01) }
  }

  @Test("an impulse gives scipy's response")
  func impulse() {
    var filter = BandPassFilter()
    filter.settle(at: 0)
    let expected: [Float] = [
      201.9927, 579.3355, 365.6355, -231.0521, -139.6522, 114.8735, -64.0853, -86.6924, 19.8694, -35.9006, -51.1096,
      -13.0163,
    ]
    for (index, value) in expected.enumerated() {
      #expect(abs(filter.process(index == 0 ? 1_000 : 0) - value) < 0.001)
    }
  }

  @Test("after a restart the past is forgotten")
  func restarts() {
    var used = BandPassFilter()
    for index in 0..<300 { _ = used.process(Float(index * index % 977)) }
    used.restart()
    var fresh = BandPassFilter()
    for index in 0..<100 { #expect(used.process(Float(index * 31 % 211)) == fresh.process(Float(index * 31 % 211))) }
  }

  @Test("strips are filtered as the analysis is")
  func display() {
    var display = DisplayFilter()
    var filter = BandPassFilter()
    let samples = (0..<400).map { Int16(truncatingIfNeeded: $0 * 7_919 % 1_009) }
    let strip = display.process(samples, nanovoltsPerLSB: 2_500)
    #expect(strip == samples.map { filter.process(Float($0) * 2.5) })
  }
}
