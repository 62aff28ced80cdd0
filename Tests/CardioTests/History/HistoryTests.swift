import Cardio
import Testing

@Suite("What a session's findings add up to")
struct HistoryTests {
  private static func beat(_ position: Double, rr: UInt32?, _ label: BeatClass = .normal) -> HistoryBeat {
    HistoryBeat(
      position: position, rrMilliseconds: rr, beatClass: label, abnormalProbability: label.isAbnormal ? 0.9 : 0.1,
      isAbnormal: label.isAbnormal)
  }

  private static func stretch(
    _ first: Int, _ count: Int = 187, quality: Double? = 0.9, rate: Double? = 60, off: Bool = false
  ) -> HistoryStretch {
    HistoryStretch(
      firstSample: first, sampleCount: count, captureTime: 1_000_000_000 + UInt64(first) * 8000, quality: quality,
      heartRate: rate, isLeadOff: off)
  }

  @Test("a beat and a stretch keep what they were told")
  func packing() {
    let beat = HistoryBeat(
      position: 12.345, rrMilliseconds: 812, beatClass: .fusion, abnormalProbability: 0.1234, isAbnormal: true)
    #expect(beat.position == 12.345 && beat.rrMilliseconds == 812 && beat.beatClass == .fusion)
    #expect(beat.abnormalProbability == 0.1234 && beat.isAbnormal && !beat.isNormal)
    let untold = HistoryBeat(
      position: 0, rrMilliseconds: nil, beatClass: nil, abnormalProbability: .nan, isAbnormal: false)
    #expect(untold.rrMilliseconds == nil && untold.beatClass == nil && untold.isNormal)
    #expect(MemoryLayout<HistoryBeat>.stride == 16 && MemoryLayout<HistoryStretch>.stride == 32)
  }

  @Test("beats that come late find their place; stretches that go back are not taken; time is the chunk's")
  func order() {
    var history = SessionHistory()
    for position in [100.0, 300, 200, 400] { history.append(Self.beat(position, rr: nil)) }
    #expect(history.beats.map(\.position) == [100, 200, 300, 400])
    #expect(history.beats(in: 200..<400).map(\.position) == [200, 300])
    history.append(Self.stretch(0))
    history.append(Self.stretch(100))
    history.append(Self.stretch(1000))
    #expect(history.stretches.map(\.firstSample) == [0, 1000] && history.end == 1187)
    #expect(history.stretches(in: 186..<1000).map(\.firstSample) == [0])
    #expect(history.stretches(in: 187..<1000).isEmpty)
    #expect(history.time(at: 1000.5) == 1_008_004_000 && history.time(at: 500) == 1_004_000_000)
    #expect(SessionHistory().time(at: 0) == nil)
  }

  @Test("a trend counts what is there and what is not")
  func trends() {
    var history = SessionHistory()
    // 10 s: eight chunks less one, one of them without contact.
    for index in 0..<7 where index != 3 {
      history.append(Self.stretch(index * 187, rate: 60 + Double(index), off: index == 5))
    }
    history.append(Self.beat(10, rr: nil))
    history.append(Self.beat(135, rr: 1000))
    history.append(Self.beat(200, rr: 520, .ventricular))
    let trends = Trends(history, range: 0..<2000, points: 100)
    #expect(trends.bucketSamples == 1250 && trends.buckets.map(\.from) == [0, 1250])
    let first = trends.buckets[0]
    #expect(first.beats == 3 && first.abnormal == 1 && first.classes == [2, 0, 1, 0, 0])
    #expect(first.leadOffSamples == 187 && first.missingSamples == 187)
    #expect(first.heartRate?.low == 60 && first.heartRate?.high == 66 && first.heartRate?.median == 62)
    #expect(abs((first.quality ?? 0) - 0.9) < 1e-6)
    let second = trends.buckets[1]
    #expect(second.beats == 0 && second.heartRate == nil && second.quality != nil)
    #expect(second.missingSamples == 750 - (7 * 187 - 1250))
    #expect(Trends(history, range: 0..<1_250_000, points: 10).buckets.count == 10)
  }

  @Test("a tachogram keeps every extreme", arguments: 1...5)
  func tachogram(seed: UInt64) {
    var generator = Lottery(seed: seed)
    let beats = (0..<5000).map { Self.beat(Double($0) * 100, rr: .random(in: 300...2000, using: &generator)) }
    let points = Tachogram.points(beats[...], limit: 300)
    #expect(points.count <= 300 && points.count > 250)
    #expect(zip(points, points.dropFirst()).allSatisfy { $0.position < $1.position })
    #expect(points.compactMap(\.rrMilliseconds).max() == beats.compactMap(\.rrMilliseconds).max())
    #expect(points.compactMap(\.rrMilliseconds).min() == beats.compactMap(\.rrMilliseconds).min())
    #expect(Tachogram.points(beats[..<100], limit: 100).count == 100)
  }

  @Test("only normal-to-normal intervals count, and the plot's axes are Brennan's")
  func intervals() {
    let rr: [UInt32] = [800, 820, 790, 810, 800]
    var position = 0.0
    var beats = [Self.beat(0, rr: nil)]
    for interval in rr {
      position += Double(interval) / 8
      beats.append(Self.beat(position, rr: interval))
    }
    let plain = NormalIntervals(beats[...], pairLimit: 10)
    #expect(plain.count == 5 && plain.meanMilliseconds == 804)
    #expect(plain.pairs.map { [$0.interval, $0.next] } == [[800, 820], [820, 790], [790, 810], [810, 800]])
    // Differences 20, −30, 20, −10 with mean 0: Σ² = 1800, variance 600, half 300. Sums 1620, 1610, 1600, 1610: variance 200/3.
    #expect(abs((plain.sd1Milliseconds ?? 0) - 300.0.squareRoot()) < 1e-9)
    #expect(abs((plain.sd2Milliseconds ?? 0) - (200.0 / 6).squareRoot()) < 1e-9)
    #expect(abs((plain.variability?.rmssdMilliseconds ?? 0) - 450.0.squareRoot()) < 1e-9)
    // A ventricular beat takes the two intervals at it, and the three pairs that hold them.
    beats[3] = Self.beat(beats[3].position, rr: 790, .ventricular)
    let broken = NormalIntervals(beats[...], pairLimit: 10)
    #expect(broken.count == 3 && broken.pairs.map { [$0.interval, $0.next] } == [[800, 820]])
    #expect(broken.sd1Milliseconds == nil)
    #expect(NormalIntervals([], pairLimit: 10).meanMilliseconds == nil)
    #expect(NormalIntervals(beats[...], pairLimit: 0).pairs.isEmpty)
  }
}
