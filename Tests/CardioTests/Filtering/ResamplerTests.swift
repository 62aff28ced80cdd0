import Cardio
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Resampler")
struct ResamplerTests {
  private func sinusoid(_ frequency: Double, rate: Double, seconds: Double) -> [Float] {
    (0..<Int(rate * seconds)).map { Float(1_000 * sin(2 * Double.pi * frequency * Double($0) / rate)) }
  }

  @Test(
    "the pass band is passed in its place, whatever the rate",
    arguments: [100.0, 128, 200, 250, 257, 300, 360, 500, 1_000], [1.0, 8, 20, 35])
  func passBand(rate: Double, frequency: Double) throws {
    let from = try #require(SampleRate(hertz: rate))
    let output = try Resampler.resample(sinusoid(frequency, rate: rate, seconds: 8), from: from)
    let expected = sinusoid(frequency, rate: 125, seconds: 8)
    #expect(abs(output.count - expected.count) <= 1)
    for index in 125..<output.count - 125 { #expect(abs(output[index] - expected[index]) < 2) }
  }

  @Test("what would alias is gone", arguments: [250.0, 360, 500, 1_000], [63.0, 75, 90, 115])
  func stopBand(rate: Double, frequency: Double) throws {
    let from = try #require(SampleRate(hertz: rate))
    let output = try Resampler.resample(sinusoid(frequency, rate: rate, seconds: 8), from: from)
    for value in output[125..<output.count - 125] { #expect(abs(value) < 0.5) }
  }

  @Test("equal rates pass samples unaltered")
  func identity() throws {
    let signal = (0..<1_000).map { Float($0 * 7_919 % 1_013) }
    let output = try Resampler.resample(signal, from: .analysis)
    #expect(output == signal)
  }

  @Test("however the input is cut, the output is the same")
  func chunks() throws {
    let from = try #require(SampleRate(hertz: 360))
    let signal = sinusoid(7, rate: 360, seconds: 10)
    let whole = try Resampler.resample(signal, from: from)
    var resampler = try Resampler(from: from)
    var pieces: [Float] = []
    var start = 0
    var size = 1
    while start < signal.count {
      let end = min(start + size, signal.count)
      resampler.process(signal.span.extracting(start..<end), into: &pieces)
      start = end
      size = size * 5 % 97 + 1
    }
    resampler.finish(into: &pieces)
    #expect(pieces == whole)
  }

  @Test("a constant stays a constant from the first to the last sample")
  func constant() throws {
    for hertz in [100.0, 128, 360] {
      let from = try #require(SampleRate(hertz: hertz))
      for value in try Resampler.resample([Float](repeating: -512, count: 700), from: from) {
        #expect(abs(value + 512) < 0.01)
      }
    }
  }

  @Test("rates without a sensible ratio are refused")
  func refusals() throws {
    let odd = try #require(SampleRate(millihertz: 360_001))
    #expect(throws: ResamplerError.ratioTooFine(from: odd, to: .analysis)) { try Resampler(from: odd) }
    let fast = try #require(SampleRate(hertz: 1_000_000))
    #expect(throws: ResamplerError.ratioTooLarge(from: fast, to: .analysis)) { try Resampler(from: fast) }
  }
}
