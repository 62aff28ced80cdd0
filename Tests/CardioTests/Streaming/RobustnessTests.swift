import Cardio
import Testing

@Suite("Polarity, amplitude and bad signals")
struct RobustnessTests {
  private func compare(_ samples: [Int16], with truth: [SyntheticBeat]) -> BeatComparison {
    BeatComparison(
      reference: truth.map { $0.position / 125 },
      detected: ECGStreamTests.beats(samples, cuts: []).map(\.beat.seconds))
  }

  @Test(
    "every beat is found and none invented, upright or inverted, at a tenth to ten times the amplitude",
    arguments: [SyntheticPatient.Preset.normal, .pvc, .bigeminy, .tachycardia, .bradycardia, .pauses],
    [-10.0, -1, -0.1, 0.1, 1, 10] as [Float])
  func amplitudes(preset: SyntheticPatient.Preset, factor: Float) {
    var patient = SyntheticPatient(preset: preset, seed: 2)
    let signal = patient.next(125 * 120)
    let comparison = compare(
      signal.microvolts.map { Int16(max(-32_768, min(32_767, $0 * factor)).rounded()) }, with: signal.beats)
    #expect(comparison.falsePositives == 0)
    #expect(comparison.falseNegatives <= 1)
  }

  @Test("under wander, muscle noise and mains nearly every beat is found")
  func noisy() {
    for seed in 0..<4 as Range<UInt64> {
      var patient = SyntheticPatient(preset: .noisy, seed: seed)
      let signal = patient.next(125 * 120)
      let comparison = compare(signal.microvolts.map { Int16($0.rounded()) }, with: signal.beats)
      #expect(comparison.falsePositives <= 1)
      #expect(comparison.falseNegatives <= 1)
    }
  }

  @Test(
    "a flat line, at zero or at the rail, has no beats and no quality", arguments: [0, 500, 32_767, -32_768] as [Int16])
  func flat(value: Int16) {
    var stream = ECGStream()
    for chunk in 0..<60 {
      let output = stream.process(
        [Int16](repeating: value, count: 187), nanovoltsPerLSB: 1_000, firstSample: UInt64(chunk * 187),
        leadOff: false)
      #expect(output.beats.isEmpty)
      #expect(output.signalQuality.index == 0)
      #expect(output.signalQuality.flatShare > 0.9)
      if abs(Int(value)) > 32_000 { #expect(output.signalQuality.saturatedShare == 1) }
    }
    #expect(stream.finish().beats.isEmpty)
  }

  @Test("the hum of the converter is no rhythm")
  func hum() {
    var lottery = Lottery(seed: 4)
    let samples = (0..<125 * 60).map { _ in Int16(lottery.next() % 7) - 3 }
    #expect(ECGStreamTests.beats(samples, cuts: []).isEmpty)
  }

  @Test("the worst samples that exist leave every number finite")
  func extremes() {
    var lottery = Lottery(seed: 9)
    var samples: [Int16] = []
    for index in 0..<125 * 60 {
      switch index / 1_000 % 3 {
      case 0: samples.append(index % 2 == 0 ? .max : .min)
      case 1: samples.append(Int16(truncatingIfNeeded: lottery.next()))
      default: samples.append(index % 90 < 5 ? .max : .min)
      }
    }
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    for start in stride(from: 0, to: samples.count, by: 250) {
      let output = stream.process(
        samples.span.extracting(start..<start + 250), nanovoltsPerLSB: 1_000_000, firstSample: UInt64(start),
        leadOff: false)
      #expect((0...1).contains(output.signalQuality.index))
      #expect(output.signalQuality.kurtosis.isFinite)
      beats += output.beats
    }
    for beat in beats + stream.finish().beats {
      #expect(beat.window.samples.allSatisfy { $0.isFinite })
      #expect(beat.beat.position.isFinite && (0...1).contains(beat.beat.quality))
    }
  }

  @Test("after an electrode's jump from a strong to a weak signal the beats are found again")
  func reacquires() {
    var patient = SyntheticPatient(preset: .normal, seed: 6)
    let signal = patient.next(125 * 90)
    let samples = signal.microvolts.enumerated().map { Int16(($1 * ($0 < 125 * 30 ? 8 : 0.4)).rounded()) }
    let found = ECGStreamTests.beats(samples, cuts: []).map(\.beat.seconds).filter { $0 > 45 }
    let truth = signal.beats.map { $0.position / 125 }.filter { $0 > 45 }
    let comparison = BeatComparison(reference: truth, detected: found)
    #expect(comparison.falsePositives == 0)
    #expect(comparison.falseNegatives <= 1)
  }

  /// The mean quality of two minutes of a patient under white noise of `noise` µV at most.
  private func quality(_ preset: SyntheticPatient.Preset, noise: Float = 0) -> Float {
    var patient = SyntheticPatient(preset: preset, seed: 3)
    var lottery = Lottery(seed: 5)
    var stream = ECGStream()
    var sum: Float = 0
    for chunk in 0..<80 {
      let samples = patient.next(187).microvolts.map { value in
        Int16((value + noise * (Float(lottery.next() % 2_001) / 1_000 - 1)).rounded())
      }
      sum +=
        stream.process(
          samples, nanovoltsPerLSB: 1_000, firstSample: UInt64(chunk * 187), leadOff: false
        ).signalQuality.index
    }
    return sum / 80
  }

  @Test("quality is high for a clean signal, whatever its rhythm, and falls with noise")
  func quality() {
    for preset in [SyntheticPatient.Preset.normal, .pvc, .bigeminy, .bradycardia] { #expect(quality(preset) > 0.9) }
    #expect(quality(.tachycardia) > 0.7)
    #expect(quality(.noisy) < quality(.normal))
    let falling = [0, 300, 600, 1_200].map { quality(.normal, noise: $0) }
    for (quieter, louder) in zip(falling, falling.dropFirst()) { #expect(louder < quieter) }
    #expect(falling[3] < 0.2)
  }
}
