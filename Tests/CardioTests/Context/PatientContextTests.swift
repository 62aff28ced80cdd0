import Cardio
import Foundation
import Testing

@Suite("What the patient's past says of a beat")
struct PatientContextTests {
  /// A beat of Gaussian waves: P, QRS and T, in µV.
  static func window(height: Float = 1000, width: Float = 3, pWave: Float = 100) -> [Float] {
    (0..<BeatWindow.count).map { index in
      func wave(_ centre: Float, _ spread: Float) -> Float {
        let distance = (Float(index) - centre) / spread
        return exp(-distance * distance)
      }
      return pWave * wave(42, 4) + height * wave(62, width) + 0.2 * height * wave(97, 12)
    }
  }

  static func beat(_ window: [Float], previous: Double?, next: Double?) throws -> SegmentedBeat {
    SegmentedBeat(
      beat: Beat(position: 0, amplitude: Microvolts(window[62]), rrSeconds: previous, quality: 1),
      window: try #require(BeatWindow(samples: window)), previousRR: previous, nextRR: next)
  }

  /// The rhythm measures of the last of `intervals`, whose next interval is the last but one element's successor.
  static func rhythm(_ intervals: [Double]) -> RhythmMeasures {
    var memory = RhythmMemory()
    var measures = RhythmMeasures()
    for index in 0..<intervals.count - 1 {
      measures = memory.take(previousRR: intervals[index], nextRR: intervals[index + 1])
    }
    return measures
  }

  @Test("in an even rhythm every measure of irregularity is zero")
  func even() {
    let measures = Self.rhythm([Double](repeating: 0.8, count: 100))
    #expect(abs(measures.prematurity) < 1e-6)
    #expect(abs(measures.pause) < 1e-6)
    #expect(measures.scatter == 0)
    #expect(measures.irregularity == .zero)
    #expect(abs(measures.seconds[0] - 0.8) < 1e-5)
    #expect(measures.familiarity == SIMD2(1, 1))
  }

  @Test("a premature beat is early by the logarithm of its interval's ratio, and its pause late")
  func premature() {
    let measures = Self.rhythm([Double](repeating: 0.8, count: 60) + [0.5, 1.1])
    #expect(abs(measures.prematurity - Float(log(0.5 / 0.8))) < 1e-5)
    #expect(abs(measures.pause - Float(log(1.1 / 0.8))) < 1e-5)
    #expect(abs(measures.compensation - Float(log(1.1 / 0.5))) < 1e-5)
  }

  @Test("bigeminy is a pattern, atrial fibrillation is none, though both change from beat to beat")
  func patterns() {
    let bigeminy = Self.rhythm((0..<120).map { $0 % 2 == 0 ? 0.6 : 1.2 })
    var random = SeededGenerator(seed: 3)
    let fibrillation = Self.rhythm((0..<120).map { _ in 0.5 + 0.6 * Double.random(in: 0..<1, using: &random) })
    #expect(bigeminy.irregularity[3] > 0.4 && fibrillation.irregularity[3] > 0.15)
    #expect(bigeminy.scatter < 0.001)
    #expect(fibrillation.scatter > 0.05)
    // Over 16 intervals: the last step alone, and the smaller of the last two.
    #expect(bigeminy.patternIrregularity[3] > 0.4)
    #expect(bigeminy.patternIrregularity[4] < 0.001)
    #expect(fibrillation.patternIrregularity[4] > 0.03)
  }

  @Test("the sinus node's pace follows a slow change, and stays through a long run of tachycardia")
  func sinusPace() {
    let slowing = Self.rhythm((0..<400).map { 0.6 + 0.001 * Double($0) })
    #expect(abs(slowing.againstSinus[0]) < 0.05)
    let run = Self.rhythm([Double](repeating: 0.8, count: 60) + [Double](repeating: 0.4, count: 200))
    #expect(run.againstSinus[0] < -0.5)
    #expect(run.againstSinus[3] > 5)
    // The median of the last 32 has long forgotten.
    #expect(abs(run.prematurity) < 1e-6)
  }

  @Test("an unknown interval is the usual one, and is not remembered")
  func unknownInterval() {
    var memory = RhythmMemory()
    for _ in 0..<40 { _ = memory.take(previousRR: 0.8, nextRR: 0.8) }
    let unknown = memory.take(previousRR: nil, nextRR: nil)
    #expect(unknown.prematurity == 0 && unknown.pause == 0)
    let hostile = memory.take(previousRR: .nan, nextRR: -.infinity)
    #expect(hostile.prematurity == 0)
    let after = memory.take(previousRR: 0.8, nextRR: 0.8)
    #expect(after.familiarity == SIMD2(1, 1))
  }

  @Test("the normal beat is learnt within eight beats, and a wide beat stands out from it")
  func normalBeat() throws {
    var patient = PatientContext()
    let normal = Self.window()
    var context = BeatContext()
    for _ in 0..<20 { patient.describe(try Self.beat(normal, previous: 0.8, next: 0.8), into: &context) }
    let offset = RhythmMeasures.count
    #expect(context.measures[offset] > 0.999)
    #expect((0..<BeatWindow.count).allSatisfy { abs(context.signals[2 * $0 + 1]) < 0.001 })
    let peak = (0..<BeatWindow.count).map { context.signals[2 * $0] }.max() ?? 0
    #expect(abs(peak - 1) < 0.1)
    let wide = patient.describe(
      try Self.beat(Self.window(height: -1500, width: 10, pWave: 0), previous: 0.5, next: 1.1))
    #expect(wide.measures[offset] < 0)
    #expect(wide.measures[offset + 11] > 4)
  }

  @Test("after an electrode has moved the normal beat is learnt anew")
  func movedElectrode() throws {
    var patient = PatientContext()
    var context = BeatContext()
    for _ in 0..<30 { patient.describe(try Self.beat(Self.window(), previous: 0.8, next: 0.8), into: &context) }
    let inverted = Self.window().map { -$0 }
    for _ in 0..<40 { patient.describe(try Self.beat(inverted, previous: 0.8, next: 0.8), into: &context) }
    #expect(context.measures[RhythmMeasures.count] > 0.999)
  }

  @Test("a P wave is coherent, a fibrillating atrium is not")
  func atria() throws {
    func coherence(_ window: (Int) -> [Float]) throws -> Float {
      var patient = PatientContext()
      var context = BeatContext()
      for index in 0..<60 { patient.describe(try Self.beat(window(index), previous: 0.8, next: 0.8), into: &context) }
      return context.measures[RhythmMeasures.count + MorphologyMeasures.count]
    }
    let sinus = try coherence { _ in Self.window() }
    let fibrillation = try coherence { beat in
      Self.window(pWave: 0).enumerated().map { $1 + 60 * sin(Float($0) * 0.3 + Float(beat) * 1.7) }
    }
    #expect(sinus > 2)
    #expect(fibrillation < 0)
  }

  @Test("a checkpoint goes on identically, and what a beat is told does not depend on how the signal was cut")
  func checkpoints() throws {
    var patient = SyntheticPatient(preset: .bigeminy, seed: 4)
    let samples = patient.next(125 * 60).microvolts.map { Int16(max(-32_000, min(32_000, $0))) }
    let whole = RecordReplay.analyse(samples)
    let cut = RecordReplay.analyse(samples, chunk: 23)
    #expect(whole.count > 40)
    var first = PatientContext()
    var second = PatientContext()
    for (one, other) in zip(whole, cut) {
      #expect(first.describe(one) == second.describe(other))
      second = try JSONDecoder().decode(PatientContext.self, from: JSONEncoder().encode(second))
      #expect(first == second)
    }
  }

  @Test("whatever the samples, every number is finite")
  func extremes() throws {
    var patient = PatientContext()
    let extremes: [Float] = [0, 1e-30, 32_767_000, -32_767_000]
    for round in 0..<60 {
      let window = (0..<BeatWindow.count).map { extremes[($0 * (round + 1)) % extremes.count] }
      let context = patient.describe(try Self.beat(window, previous: round % 3 == 0 ? nil : 1e-9, next: 1e9))
      #expect(BeatContext(signals: context.signals, measures: context.measures) != nil)
    }
    #expect(BeatContext(signals: [], measures: []) == nil)
  }
}
