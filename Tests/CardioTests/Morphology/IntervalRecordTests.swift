import Cardio
import Foundation
import Testing

/// Intervals of real recordings: what docs/clinical.md states.
@Suite("Intervals of recordings", .enabled(if: Recordings.folder != nil))
struct IntervalRecordTests {
  /// The median of what is measured of a record's first lead once a minute, and how often it could be.
  private func measure(_ name: String) throws -> (minutes: Int, pr: [Double], qrs: [Double], qt: [Double]) {
    let folder = try #require(Recordings.folder)
    let record = try WFDBRecord(directory: folder, name: name)
    let samples = try RecordReplay.digitise(try record.microvolts(signal: 0), rate: record.header.sampleRate)
    var filter = BandPassFilter()
    let shown = samples.map { Int16(max(-32_767, min(32_767, filter.process(Float($0)).rounded()))) }
    let scale = SampleRate.analysis.hertz / record.header.sampleRate.hertz
    let reference = try WFDBAnnotations(directory: folder, name: name).beats
      .map { (position: Double($0.sample) * scale, label: $0.beatClass) }
    let beats = RecordReplay.analyse(samples).map { found -> HistoryBeat in
      let near = reference.first { abs($0.position - found.beat.position) <= 19 }
      return HistoryBeat(
        position: found.beat.position, rrMilliseconds: found.previousRR.map { UInt32($0 * 1000) },
        beatClass: near?.label ?? .unknown, abnormalProbability: 0, isAbnormal: false)
    }
    var result = (minutes: 0, pr: [Double](), qrs: [Double](), qt: [Double]())
    for at in stride(from: 7500, to: shown.count, by: 7500) {
      let last = beats.filter { $0.position < Double(at - 125) }.suffix(30)
      let shapes = last.filter(\.isNormal).compactMap {
        AlignedBeat(shown, first: 0, position: $0.position + BandPassFilter.delaySamples)
      }
      guard let median = MedianBeat(shapes), median.beats >= BeatIntervals.leastBeats else { continue }
      let rate = NormalIntervals(Array(last)[...], pairLimit: 0).meanMilliseconds
      let intervals = BeatIntervals(of: median, rrMilliseconds: rate)
      result.minutes += 1
      if let pr = intervals.pr { result.pr.append(pr) }
      if let qrs = intervals.qrs { result.qrs.append(qrs) }
      if let qt = intervals.qt { result.qt.append(qt) }
    }
    return result
  }

  private func middle(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  @Test("bundle branch block is wide, sinus rhythm is not", arguments: [("103", false), ("109", true), ("118", true)])
  func width(record: String, isWide: Bool) throws {
    let found = try measure(record)
    #expect(found.qrs.count * 10 >= found.minutes * 9)
    #expect(isWide ? middle(found.qrs) >= 120 : (70...110).contains(middle(found.qrs)))
  }

  @Test("where P and T waves are clear, their intervals are plausible and steady")
  func steady() throws {
    let found = try measure("103")
    #expect(found.pr.count >= 29 && (120...220).contains(middle(found.pr)))
    #expect(found.qt.count >= 29 && (330...420).contains(middle(found.qt)))
    for values in [found.pr, found.qt] {
      let sorted = values.sorted()
      #expect(sorted[sorted.count * 3 / 4] - sorted[sorted.count / 4] <= 20)
    }
  }
}
