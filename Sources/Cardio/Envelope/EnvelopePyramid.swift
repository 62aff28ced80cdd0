/// The envelope of a growing signal at several resolutions, so that any stretch of it is answered in about as many steps as the
/// answer has buckets.
///
/// The finest level holds buckets of ``baseBucket`` samples, each next one buckets of four times as many. Every sample is counted once at each
/// level when it comes, so nothing is built anew. 24 h at 125 Hz are 3.6 MB.
public struct EnvelopePyramid: Sendable {
  /// Samples of the finest bucket: for finer envelopes the samples themselves are few enough to be read.
  public static let baseBucket = 16
  /// Samples beyond this index are not taken: twice the 24 h of a session, so that a device's wrong counter cannot fill the memory.
  public static let sampleLimit = 2 * 24 * 3600 * 125
  private static let fanOut = 4
  /// 16, 64 … 16384 samples: at the coarsest 24 h are 660 buckets.
  private static let levelCount = 6

  private var levels = [[Extent]](repeating: [], count: levelCount)
  /// Where samples begin after samples that are missing, in order.
  private var runStarts: [Int] = []
  /// The index after the last sample.
  public private(set) var end = 0

  /// Of no sample yet.
  public init() {}

  /// Bytes that the buckets take.
  public var byteCount: Int {
    levels.reduce(0) { $0 + $1.capacity * MemoryLayout<Extent>.stride } + runStarts.capacity * MemoryLayout<Int>.stride
  }

  /// Adds samples that follow all that came before, with or without a gap.
  /// - Returns: Whether they were taken: not when they lie before ``end`` or beyond ``sampleLimit``.
  @discardableResult
  public mutating func append(_ samples: [Int16], at first: Int) -> Bool {
    guard first >= end, first + samples.count <= Self.sampleLimit else { return false }
    guard !samples.isEmpty else { return true }
    if runStarts.isEmpty || first != end { runStarts.append(first) }
    end = first + samples.count
    var size = Self.baseBucket
    for level in 0..<Self.levelCount {
      let buckets = (end - 1) / size + 1
      if levels[level].count < buckets {
        levels[level] += [Extent](repeating: .empty, count: buckets - levels[level].count)
      }
      size *= Self.fanOut
    }
    var place = first
    while place < end {
      let bucket = place / Self.baseBucket
      let stop = min(end, (bucket + 1) * Self.baseBucket)
      var extent = Extent.empty
      for index in place..<stop { extent.add(samples[index - first]) }
      var index = bucket
      for level in 0..<Self.levelCount {
        levels[level][index].add(extent)
        index /= Self.fanOut
      }
      place = stop
    }
    return true
  }

  /// The envelope of a stretch.
  /// - Parameters:
  ///   - from: The first sample wanted, at least 0; the answer begins at the bucket that holds it.
  ///   - count: Samples wanted, at least 1.
  ///   - points: Most buckets, at least 2.
  public func envelope(from: Int, count: Int, points: Int) -> Envelope {
    precondition(from >= 0 && count > 0 && points > 1, "a stretch of at least one sample, two buckets")
    var level = 0
    var unit = Self.baseBucket
    while level + 1 < Self.levelCount, unit * Self.fanOut <= count / points {
      level += 1
      unit *= Self.fanOut
    }
    let grid = Envelope.Grid(from: from, count: count, points: points, unit: unit)
    let width = grid.bucketSamples / unit
    let source = levels[level]
    var extents = [Extent](repeating: .empty, count: grid.buckets)
    for place in extents.indices {
      let start = (grid.first + place) * width
      guard start < source.count else { break }
      for index in start..<min(source.count, start + width) { extents[place].add(source[index]) }
    }
    let stretch = grid.first * grid.bucketSamples..<(grid.first + grid.buckets) * grid.bucketSamples
    let low = runStarts.partition { $0 >= stretch.lowerBound }
    let high = runStarts.partition { $0 >= stretch.upperBound }
    return Envelope(grid, extents: extents, runStarts: runStarts[low..<high])
  }
}
