internal import Cardio
internal import Wire

/// A session in equal buckets of time.
struct TrendsView: Encodable, Sendable {
  /// What is `nil` was not measured; it is encoded as `null`.
  struct Bucket: Encodable, Sendable {
    let from: Int
    let heartRateLow: Double?
    let heartRateMedian: Double?
    let heartRateHigh: Double?
    let beats: Int
    let abnormal: Int
    /// By class; all 0 where the model tells none.
    let classes: Classes
    let quality: Double?
    let leadOffSamples: Int
    let missingSamples: Int

    init(_ bucket: Trends.Bucket) {
      func tenths(_ value: Double?) -> Double? { value.map { ($0 * 10).rounded() / 10 } }
      from = bucket.from
      heartRateLow = tenths(bucket.heartRate?.low)
      heartRateMedian = tenths(bucket.heartRate?.median)
      heartRateHigh = tenths(bucket.heartRate?.high)
      beats = bucket.beats
      abnormal = bucket.abnormal
      classes = Classes(bucket.classes)
      quality = bucket.quality.map { ($0 * 1000).rounded() / 1000 }
      leadOffSamples = bucket.leadOffSamples
      missingSamples = bucket.missingSamples
    }

    private enum Key: String, CodingKey {
      case from, heartRateLow, heartRateMedian, heartRateHigh, beats, abnormal, classes, quality, leadOffSamples
      case missingSamples
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(from, forKey: .from)
      try values.encode(heartRateLow, forKey: .heartRateLow)
      try values.encode(heartRateMedian, forKey: .heartRateMedian)
      try values.encode(heartRateHigh, forKey: .heartRateHigh)
      try values.encode(beats, forKey: .beats)
      try values.encode(abnormal, forKey: .abnormal)
      try values.encode(classes, forKey: .classes)
      try values.encode(quality, forKey: .quality)
      try values.encode(leadOffSamples, forKey: .leadOffSamples)
      try values.encode(missingSamples, forKey: .missingSamples)
    }
  }

  /// Beats of each AAMI class.
  struct Classes: Encodable, Sendable {
    // The classes' own letters.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    let N, S, V, F, Q: Int

    init(_ counts: [Int]) {
      func count(_ label: BeatClass) -> Int { counts.indices.contains(label.index) ? counts[label.index] : 0 }
      N = count(.normal)
      S = count(.supraventricular)
      V = count(.ventricular)
      F = count(.fusion)
      Q = count(.unknown)
    }
  }

  /// One interval.
  struct Point: Encodable, Sendable {
    let position: Double
    let rrMs: Int
    let isAbnormal: Bool
  }

  let session: String
  let from: Int
  let count: Int
  let bucketSamples: Int
  let firstSampleMs: UInt64?
  let buckets: [Bucket]
  let tachogram: [Point]

  init(_ trends: Trends, tachogram: [HistoryBeat], session: SessionID, count: Int, firstSampleMs: UInt64?) {
    self.session = session.description
    from = trends.from
    self.count = count
    bucketSamples = trends.bucketSamples
    self.firstSampleMs = firstSampleMs
    buckets = trends.buckets.map(Bucket.init)
    self.tachogram = tachogram.compactMap { beat in
      beat.rrMilliseconds.map { Point(position: beat.position, rrMs: $0, isAbnormal: beat.isAbnormal) }
    }
  }
}

/// Variability of normal-to-normal intervals; what is left out cannot be measured.
struct VariabilityView: Encodable, Sendable {
  /// Normal-to-normal intervals.
  let beats: Int
  let meanRRMs: Double?
  let sdnnMs: Double?
  let rmssdMs: Double?
  let sd1Ms: Double?
  let sd2Ms: Double?
  /// Each interval with the one after it.
  let points: [[Int]]

  init(_ intervals: NormalIntervals) {
    func tenths(_ value: Double?) -> Double? { value.map { ($0 * 10).rounded() / 10 } }
    beats = intervals.count
    meanRRMs = tenths(intervals.meanMilliseconds)
    sdnnMs = tenths(intervals.variability?.sdnnMilliseconds)
    rmssdMs = tenths(intervals.variability?.rmssdMilliseconds)
    sd1Ms = tenths(intervals.sd1Milliseconds)
    sd2Ms = tenths(intervals.sd2Milliseconds)
    points = intervals.pairs.map { [$0.interval, $0.next] }
  }
}

/// Beats laid over each other, their median, and its intervals.
struct MorphologyView: Encodable, Sendable {
  /// One beat.
  struct Beat: Encodable, Sendable {
    let position: Double
    let label: String?
    let abnormalProbability: Double
    let microvolts: [Int]
  }

  /// `null` where it cannot be measured.
  struct Intervals: Encodable, Sendable {
    let prMs: Double?
    let qrsMs: Double?
    let qtMs: Double?
    let qtcMs: Double?
    let formula: String

    init(_ intervals: BeatIntervals?) {
      prMs = intervals?.pr?.rounded()
      qrsMs = intervals?.qrs?.rounded()
      qtMs = intervals?.qt?.rounded()
      qtcMs = intervals?.qtc?.rounded()
      formula = BeatIntervals.formula
    }

    private enum Key: String, CodingKey {
      case prMs, qrsMs, qtMs, qtcMs, formula
    }

    func encode(to encoder: any Encoder) throws {
      var values = encoder.container(keyedBy: Key.self)
      try values.encode(prMs, forKey: .prMs)
      try values.encode(qrsMs, forKey: .qrsMs)
      try values.encode(qtMs, forKey: .qtMs)
      try values.encode(qtcMs, forKey: .qtcMs)
      try values.encode(formula, forKey: .formula)
    }
  }

  let sampleRateHz: Double
  let samplesBefore: Int
  /// Normal beats that the median is made of.
  let normalBeats: Int
  /// Of the normal beats, in µV; empty with fewer than three.
  let median: [Int]
  let low: [Int]
  let high: [Int]
  let beats: [Beat]
  let intervals: Intervals

  init(_ shown: [(beat: HistoryBeat, shape: AlignedBeat)], median: MedianBeat?, intervals: BeatIntervals?) {
    func whole(_ values: [Float]?) -> [Int] { values?.map { Int($0.rounded()) } ?? [] }
    sampleRateHz = SampleRate.analysis.hertz
    samplesBefore = AlignedBeat.before
    normalBeats = median?.beats ?? 0
    self.median = whole(median?.median)
    low = whole(median?.low)
    high = whole(median?.high)
    beats = shown.map { beat, shape in
      Beat(
        position: beat.position, label: beat.beatClass?.rawValue, abnormalProbability: beat.abnormalProbability,
        microvolts: whole(shape.samples))
    }
    self.intervals = Intervals(intervals)
  }
}
