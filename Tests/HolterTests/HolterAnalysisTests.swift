import Cardio
import Foundation
import Holter
import Inference
import Testing

@Suite("Analysis of long recordings")
struct HolterAnalysisTests {
  @Test("blocks of any size and a late judge change nothing")
  func blocks() throws {
    let whole = try MadeRecordings.recording(.pvc, seconds: 120, model: ShapeModel()).recording.findings
    #expect(whole.beats.count > 100)
    for (block, delay) in [(1, 0), (187, 2), (5_003, 7), (15_000, 1)] {
      let cut = try MadeRecordings.recording(.pvc, seconds: 120, model: ShapeModel(delay: delay), block: block)
        .recording.findings
      #expect(cut.beats.map(\.position) == whole.beats.map(\.position))
      #expect(cut.beats.map(\.beatClass) == whole.beats.map(\.beatClass))
      #expect(cut.episodes == whole.episodes)
      #expect(cut.quality == whole.quality)
    }
  }

  @Test("it finds the patient's beats and their classes")
  func beats() throws {
    let (recording, _, truth) = try MadeRecordings.recording(.pvc, seconds: 180, model: ShapeModel())
    let found = recording.findings.beats
    let pairs = BeatComparison.pairs(
      reference: truth.map { $0.position / 125 }, detected: found.map(\.seconds))
    let matched = pairs.filter { $0.reference != nil && $0.detected != nil }
    #expect(matched.count >= truth.count - 6)
    let right = matched.count { pair in
      guard let reference = pair.reference, let detected = pair.detected else { return false }
      return truth[reference].beatClass == found[detected].beatClass
    }
    #expect(Double(right) >= 0.97 * Double(matched.count))
  }

  @Test("a gap has no beats, no interval across it, and counts as missing")
  func gap() throws {
    let gap = 125 * 40..<125 * 52
    let findings = try MadeRecordings.recording(
      .normal, seconds: 100, model: ShapeModel(), block: 125 * 60, missing: [gap]
    ).recording.findings
    #expect(findings.gaps == [UInt64(gap.lowerBound)..<UInt64(gap.upperBound)])
    #expect(!findings.beats.contains { gap.contains(Int($0.position)) })
    let first = try #require(findings.beats.first { Int($0.position) >= gap.upperBound })
    #expect(first.rrSeconds == nil)
    let summary = HolterSummary(findings)
    #expect(abs(summary.missingSeconds - 12) < 1e-9)
    #expect(summary.hours.first?.poorSeconds ?? 0 >= 12)
    #expect(findings.quality.reduce(0) { $0 + Int($1.samples) } == 12_500)
  }

  @Test("an empty recording has a report")
  func empty() throws {
    let (recording, _, _) = try MadeRecordings.recording(.normal, seconds: 0, model: ShapeModel())
    let report = HolterReport(recording) { _ in [] }
    #expect(report.summary.beats.total == 0 && report.summary.heartRate == nil && report.strips.isEmpty)
    #expect(report.text.contains("made") && report.html.contains("</html>"))
    #expect(HolterAnnotations.annotations(of: recording.findings, rate: .analysis).allSatisfy { $0.sample == 0 })
  }

  @Test("another rate gives the same beats at the same seconds")
  func rate() throws {
    let (recording, microvolts, _) = try MadeRecordings.recording(.normal, seconds: 60, model: ShapeModel())
    let rate = try #require(SampleRate(hertz: 250))
    var analysis = try HolterAnalysis(rate: rate, model: ShapeModel())
    analysis.process(try Resampler.resample(microvolts, from: .analysis, to: rate))
    let findings = analysis.finish()
    #expect(abs(findings.seconds - 60) < 0.01)
    #expect(findings.beats.count == recording.findings.beats.count)
    for (one, other) in zip(findings.beats, recording.findings.beats) {
      #expect(abs(one.seconds - other.seconds) < 0.02)
    }
  }
}
