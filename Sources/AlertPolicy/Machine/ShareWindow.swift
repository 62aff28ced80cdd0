/// Counts beats and abnormal beats of a rolling window, in a fixed number of buckets, so that its size does not depend on
/// the heart rate.
struct ShareWindow: Hashable, Sendable, Codable {
  /// Buckets in a window: the window's edge is known to one thirtieth of it.
  static let bucketCount = 30

  private var bucketSamples: UInt64
  private var latestBucket: UInt64 = 0
  private var beats = [UInt16](repeating: 0, count: Self.bucketCount)
  private var abnormal = [UInt16](repeating: 0, count: Self.bucketCount)

  init(seconds: Double) {
    bucketSamples = max(1, UInt64((seconds * SignalMoment.sampleRate / Double(Self.bucketCount)).rounded()))
  }

  /// Whether both windows are equally long.
  func hasLength(of other: ShareWindow) -> Bool { bucketSamples == other.bucketSamples }

  /// Beats in the window.
  var beatCount: Int { beats.reduce(0) { $0 + Int($1) } }
  /// Abnormal ones among them.
  var abnormalCount: Int { abnormal.reduce(0) { $0 + Int($1) } }
  /// Share of abnormal beats; `nil` with fewer than `minimumBeats`.
  func share(minimumBeats: Int) -> Double? {
    let count = beatCount
    return count >= max(1, minimumBeats) ? Double(abnormalCount) / Double(count) : nil
  }

  /// Counts a beat; one that is older than the window is left out.
  mutating func add(sample: UInt64, isAbnormal: Bool) {
    advance(to: sample)
    let bucket = sample / bucketSamples
    guard latestBucket - bucket < UInt64(Self.bucketCount) else { return }
    let index = Int(bucket % UInt64(Self.bucketCount))
    beats[index] &+= 1
    if isAbnormal { abnormal[index] &+= 1 }
  }

  /// Lets the window end at a sample or later: what falls out of it is forgotten.
  mutating func advance(to sample: UInt64) {
    let bucket = sample / bucketSamples
    guard bucket > latestBucket else { return }
    for step in 1...min(bucket - latestBucket, UInt64(Self.bucketCount)) {
      let index = Int((latestBucket + step) % UInt64(Self.bucketCount))
      beats[index] = 0
      abnormal[index] = 0
    }
    latestBucket = bucket
  }
}
