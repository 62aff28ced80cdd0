import Cardio
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Vitals and spectrum")
struct VitalsTests {
  private func beats(every interval: Double, count: Int) -> [Beat] {
    (0..<count).map { index in
      Beat(
        position: Double(index) * interval * 125, amplitude: Microvolts(1_000),
        rrSeconds: index == 0 ? nil : interval, quality: 1)
    }
  }

  @Test("the heart rate is sixty over the median RR interval of the last ten seconds")
  func heartRate() throws {
    let beats = beats(every: 0.8, count: 40)
    let rate = try #require(HeartRate.beatsPerMinute(beats, now: 31.3))
    #expect(abs(rate - 75) < 1e-9)
    var ectopic = beats
    ectopic[35] = Beat(position: ectopic[35].position, amplitude: Microvolts(1), rrSeconds: 0.4, quality: 1)
    #expect(HeartRate.beatsPerMinute(ectopic, now: 31.3) == rate)
    // What was seen too long ago is not the present.
    #expect(HeartRate.beatsPerMinute(beats, now: 45) == nil)
    #expect(HeartRate.beatsPerMinute([], now: 0) == nil)
  }

  @Test("SDNN and RMSSD follow the Task Force's definitions")
  func variability() throws {
    let steady = try #require(HeartRateVariability(nnSeconds: [0.8, 0.8, 0.8]))
    #expect(steady.sdnnMilliseconds < 1e-9 && steady.rmssdMilliseconds < 1e-9)
    let alternating = try #require(HeartRateVariability(nnSeconds: [0.8, 0.9, 0.8, 0.9]))
    #expect(abs(alternating.rmssdMilliseconds - 100) < 1e-9)
    // Deviations of 50 ms, four of them, over three degrees of freedom.
    #expect(abs(alternating.sdnnMilliseconds - (4 * 2_500.0 / 3).squareRoot()) < 1e-9)
    // No difference is taken across an unknown interval.
    let broken = try #require(HeartRateVariability(nnSeconds: [0.8, 0.81, nil, 0.9, 0.91]))
    #expect(abs(broken.rmssdMilliseconds - 10) < 1e-9)
    #expect(broken.intervals == 4)
    #expect(HeartRateVariability(nnSeconds: [0.8]) == nil)
    #expect(HeartRateVariability(nnSeconds: [0.8, nil, 0.8]) == nil)
  }

  @Test("vitals count R peaks, and leave ectopic beats out of the variability")
  func vitals() throws {
    let beats = beats(every: 1, count: 30)
    let vitals = Vitals(beats: beats, now: 29.5)
    #expect(vitals.heartRate == 60)
    #expect(vitals.rPeakCount == 10)
    #expect(vitals.secondsSinceLastBeat == 0.5)
    #expect(vitals.variability?.intervals == 29)
    var sinus = [Bool](repeating: true, count: 30)
    sinus[10] = false
    #expect(Vitals(beats: beats, isSinus: sinus, now: 29.5).variability?.intervals == 27)
  }

  @Test("a sinusoid reads its amplitude at its frequency", arguments: [1.0, 8, 17.5, 40])
  func spectrum(frequency: Double) throws {
    let samples = (0..<1_024).map { index in
      Float(300 + 500 * sin(2 * Double.pi * frequency * Double(index) / 125))
    }
    let spectrum = try #require(Spectrum(samples))
    #expect(spectrum.amplitudes.count == Int(50 / spectrum.binWidth) + 1)
    let peak = try #require(spectrum.peakFrequency(above: 0.5))
    #expect(abs(peak - frequency) <= spectrum.binWidth)
    let top = try #require(spectrum.amplitudes.max())
    #expect(top > 420 && top <= 501)
    #expect(spectrum.amplitudes[0] < 10)
  }

  @Test("on a bin the amplitude is exact, and elsewhere there is nothing")
  func onBin() throws {
    let bin = 40
    let samples = (0..<1_024).map { Float(200 * cos(2 * Double.pi * Double(bin * $0) / 1_024)) }
    let spectrum = try #require(Spectrum(samples))
    #expect(abs(spectrum.amplitudes[bin] - 200) < 0.1)
    for (index, value) in spectrum.amplitudes.enumerated() where abs(index - bin) > 2 { #expect(value < 0.1) }
  }

  @Test("too little and what is not finite has no spectrum")
  func noSpectrum() {
    #expect(Spectrum([Float](repeating: 1, count: 15)) == nil)
    #expect(Spectrum([Float](repeating: .nan, count: 200)) == nil)
    #expect(Spectrum([Float](repeating: 1, count: 16)) != nil)
  }
}
