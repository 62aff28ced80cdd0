/// A session in equal buckets of time: what a trend is drawn from.
public struct Trends: Hashable, Sendable {
  /// One bucket. Nothing in it is made up: what was not measured is `nil` or counted as missing.
  public struct Bucket: Hashable, Sendable {
    /// Index of its first sample.
    public let from: Int
    /// The least, the middle and the greatest of the heart rates measured in it, in beats per minute (each the median of 10 s).
    public var heartRate: (low: Double, median: Double, high: Double)? {
      rates.isEmpty ? nil : (rates[0], middle, rates[rates.count - 1])
    }
    /// R peaks in it.
    public let beats: Int
    /// Abnormal ones among them.
    public let abnormal: Int
    /// Beats of each class, by ``BeatClass/index``; all 0 where the model tells none.
    public let classes: [Int]
    /// Mean signal quality of the samples with electrodes on, 0…1.
    public let quality: Double?
    /// Samples during which an electrode had no contact.
    public let leadOffSamples: Int
    /// Samples that were never taken, are lost or were refused.
    public let missingSamples: Int
    private let rates: [Double]

    private var middle: Double {
      let half = rates.count / 2
      return rates.count % 2 == 1 ? rates[half] : (rates[half - 1] + rates[half]) / 2
    }

    init(from: Int, samples: Int, beats: ArraySlice<HistoryBeat>, stretches: ArraySlice<HistoryStretch>) {
      self.from = from
      self.beats = beats.count
      abnormal = beats.count { $0.isAbnormal }
      var classes = [Int](repeating: 0, count: BeatClass.allCases.count)
      for beat in beats { if let place = beat.beatClass?.index { classes[place] += 1 } }
      self.classes = classes
      var covered = 0
      var leadOff = 0
      var weight = 0
      var quality = 0.0
      var rates: [Double] = []
      for stretch in stretches {
        let share = min(stretch.end, from + samples) - max(stretch.firstSample, from)
        covered += share
        if stretch.isLeadOff {
          leadOff += share
          continue
        }
        if let value = stretch.quality {
          quality += value * Double(share)
          weight += share
        }
        // A rate is told with a chunk: it counts where the chunk begins, once.
        if let rate = stretch.heartRate, stretch.firstSample >= from { rates.append(rate) }
      }
      self.rates = rates.sorted()
      self.quality = weight > 0 ? quality / Double(weight) : nil
      leadOffSamples = leadOff
      missingSamples = samples - covered
    }
  }

  /// The first sample of the first bucket.
  public let from: Int
  /// Samples of a bucket.
  public let bucketSamples: Int
  /// The buckets, without a gap.
  public let buckets: [Bucket]

  /// The trend of a stretch.
  /// - Parameters:
  ///   - history: What is known of the session.
  ///   - range: Samples; the last bucket may be cut short by its end.
  ///   - points: Most buckets, at least 1. None is shorter than 10 s, the time over which a heart rate is measured.
  public init(_ history: SessionHistory, range: Range<Int>, points: Int) {
    let least = Int(HeartRate.windowSeconds * SampleRate.analysis.hertz)
    let size = max(least, (range.count + points - 1) / points)
    from = range.lowerBound
    bucketSamples = size
    buckets = stride(from: range.lowerBound, to: range.upperBound, by: size).map { start in
      let part = start..<min(start + size, range.upperBound)
      return Bucket(
        from: start, samples: part.count, beats: history.beats(in: part), stretches: history.stretches(in: part))
    }
  }
}
