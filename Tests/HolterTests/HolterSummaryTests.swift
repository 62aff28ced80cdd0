import Cardio
import Foundation
import Holter
import Inference
import Testing

@Suite("Figures of a report")
struct HolterSummaryTests {
  private func summary(_ preset: SyntheticPatient.Preset, seconds: Int = 300) throws -> HolterSummary {
    HolterSummary(try MadeRecordings.recording(preset, seconds: seconds, model: ShapeModel()).recording.findings)
  }

  @Test(
    "the heart rate is the patient's",
    arguments: [
      (SyntheticPatient.Preset.normal, 72.0), (.tachycardia, 150), (.bradycardia, 38),
    ])
  func rate(preset: SyntheticPatient.Preset, expected: Double) throws {
    let rate = try #require(try summary(preset).heartRate)
    #expect(abs(rate.mean - expected) < 0.03 * expected)
    let (lowest, highest) = (try #require(rate.lowest), try #require(rate.highest))
    #expect(lowest.rate <= rate.mean && rate.mean <= highest.rate)
    #expect(highest.rate < 1.1 * expected && lowest.rate > 0.9 * expected)
  }

  @Test("rhythms are those of the patient")
  func rhythms() throws {
    #expect(
      try summary(.pauses).rhythms.contains { $0.rhythm == .pause && $0.episodes >= 8 && abs($0.longest - 3.4) < 0.2 })
    #expect(try summary(.bigeminy).rhythms.contains { $0.rhythm == .bigeminy && $0.seconds > 200 })
    #expect(try summary(.tachycardia).rhythms.contains { $0.rhythm == .tachycardia && $0.seconds > 250 })
    #expect(try summary(.normal).rhythms.allSatisfy { $0.seconds == 0 })
  }

  @Test("a trace without beats is asystole where it can be read, and nothing where it cannot")
  func silence() throws {
    var patient = SyntheticPatient(preset: .normal, seed: 21)
    var noise = Noise()
    func trace(seconds: Int, microvolts: Float) -> [Float] {
      (0..<seconds * 125).map { _ in noise.next(microvolts: microvolts) }
    }
    func summary(_ parts: [[Float]]) throws -> HolterSummary {
      var analysis = try HolterAnalysis(rate: .analysis, model: ShapeModel())
      for part in parts { analysis.process(part) }
      return HolterSummary(analysis.finish())
    }
    let quiet = try summary([
      patient.next(60 * 125).microvolts, trace(seconds: 12, microvolts: 5), patient.next(60 * 125).microvolts,
    ])
    let asystole = try #require(quiet.rhythms.first { $0.rhythm == .asystole })
    #expect(asystole.episodes == 1 && abs(asystole.seconds - 12) < 2)
    #expect(quiet.silentPoorSeconds == 0)
    let noisy = try summary([trace(seconds: 120, microvolts: 1000)])
    #expect(noisy.rhythms.allSatisfy { $0.rhythm != .asystole && $0.rhythm != .pause })
    #expect(noisy.silentPoorSeconds > 60)
  }

  @Test("hours and trend cover the recording once")
  func hours() throws {
    let recording = try MadeRecordings.recording(.normal, seconds: 2 * 3_600 + 600, model: ShapeModel()).recording
    let summary = HolterSummary(recording.findings)
    #expect(summary.hours.map(\.seconds) == [0..<3_600, 3_600..<7_200, 7_200..<7_800])
    #expect(summary.hours.reduce(0) { $0 + $1.beats.total } == summary.beats.total)
    #expect(summary.beats[.normal] + summary.beats[.ventricular] == summary.beats.total)
    #expect(summary.trend.count == 390)
    #expect(summary.trend.allSatisfy { $0.mean.map { abs($0 - 72) < 8 } ?? false })
    let longest = try #require(summary.longestRR)
    #expect(longest.duration < 1.2)
  }

  @Test("variability follows the definitions of the Task Force")
  func variability() throws {
    // Six minutes at 0.8 s, then six at 1.0 s, each alternating by ±30 ms.
    let beats = try Self.beats(
      intervals: (0..<450).map { 0.8 + ($0 % 2 == 0 ? 0.03 : -0.03) }
        + (0..<360).map { 1 + ($0 % 2 == 0 ? 0.03 : -0.03) })
    let figures = try #require(VariabilityFigures(beats))
    #expect(abs(figures.whole.rmssdMilliseconds - 60) < 1)
    #expect(figures.pnn50 > 0.99)
    // Two full segments, with means near 0.8 and 0.96 s; the last is too short.
    #expect(try abs(#require(figures.sdannMilliseconds) - 113) < 15)
    #expect(try #require(figures.sdnnIndexMilliseconds) > 29)
    // An abnormal beat takes both of its intervals out.
    let without = try #require(
      VariabilityFigures(try Self.beats(intervals: [0.8, 0.8, 0.5, 1.1, 0.8, 0.8], abnormal: [3])))
    #expect(without.whole.intervals == 4 && without.whole.rmssdMilliseconds < 0.1)
  }

  @Test("the median of nine intervals rides over a single short one")
  func extremes() throws {
    let rate = try #require(
      HeartRateFigures(try Self.beats(intervals: (0..<40).map { $0 == 20 ? 0.3 : 0.75 })[...]))
    #expect(abs((rate.highest?.rate ?? 0) - 80) < 0.01 && abs((rate.lowest?.rate ?? 0) - 80) < 0.01)
    #expect(rate.mean > 80)
    #expect(HeartRateFigures(try Self.beats(intervals: [])[...]) == nil)
  }

  /// Beats at these intervals; those at the indices `abnormal` are V.
  static func beats(intervals: [Double], abnormal: Set<Int> = []) throws -> [HolterBeat] {
    let window = try #require(BeatWindow(samples: [Float](repeating: 0, count: BeatWindow.count)))
    var time = 0.0
    return (0...intervals.count).map { index in
      let rr = index > 0 ? intervals[index - 1] : nil
      time += rr ?? 0
      let beat = SegmentedBeat(
        beat: Beat(position: time * 125, amplitude: Microvolts(1), rrSeconds: rr, quality: 1), window: window,
        previousRR: rr, nextRR: nil)
      let isAbnormal = abnormal.contains(index)
      return HolterBeat(
        beat, judgement: BeatJudgement(beatClass: isAbnormal ? .ventricular : .normal, abnormalProbability: nil),
        threshold: 0.5)
    }
  }
}

/// The same noise in every run, about normally distributed.
private struct Noise {
  private var state: UInt64 = 7

  mutating func next(microvolts deviation: Float) -> Float {
    // The sum of twelve uniform numbers has a variance of 1.
    let sum = (0..<12).reduce(Float(0)) { sum, _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return sum + Float(state >> 40) / Float(1 << 24)
    }
    return (sum - 6) * deviation
  }
}
