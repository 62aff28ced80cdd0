/// The least and the greatest value of each bucket of a stretch of signal: what a page draws when a sample is narrower than a pixel.
public struct Envelope: Hashable, Sendable {
  /// Buckets one after the other without a gap between them.
  public struct Piece: Hashable, Sendable {
    /// Index of the first bucket's first sample on the session's timeline.
    public var from: Int
    /// The least value of each bucket.
    public var minimum: [Int16]
    /// The greatest value of each bucket; as many.
    public var maximum: [Int16]
  }

  /// The first sample that was looked at: a multiple of ``bucketSamples``.
  public let from: Int
  /// Samples that were looked at: a multiple of ``bucketSamples``.
  public let count: Int
  /// Samples of a bucket. Buckets lie at multiples of it.
  public let bucketSamples: Int
  /// What was measured. A piece ends where a sample is missing; a bucket in which one is missing begins a new one, and holds
  /// what was measured of it.
  public let pieces: [Piece]

  /// Buckets in all pieces.
  public var bucketCount: Int { pieces.reduce(0) { $0 + $1.minimum.count } }

  /// The size of bucket of a request, and the stretch in whole buckets.
  struct Grid: Hashable, Sendable {
    let first: Int
    let buckets: Int
    let bucketSamples: Int

    /// The smallest multiple of `unit` that covers a stretch with at most `points` buckets, wherever its ends lie in a bucket.
    init(from: Int, count: Int, points: Int, unit: Int) {
      var size = (max(1, (count + points - 1) / points) + unit - 1) / unit * unit
      // One more bucket is cut at the ends than a stretch at a multiple has.
      while (from + count - 1) / size - from / size + 1 > points { size += unit }
      bucketSamples = size
      first = from / size
      buckets = (from + count - 1) / size - first + 1
    }
  }

  init(_ grid: Grid, extents: [Extent], runStarts: ArraySlice<Int>) {
    from = grid.first * grid.bucketSamples
    count = grid.buckets * grid.bucketSamples
    bucketSamples = grid.bucketSamples
    let breaks = Set(runStarts.map { $0 / grid.bucketSamples - grid.first })
    var pieces: [Piece] = []
    var isOpen = false
    for (place, extent) in extents.enumerated() {
      guard !extent.isEmpty else {
        isOpen = false
        continue
      }
      if !isOpen || breaks.contains(place) {
        pieces.append(Piece(from: (grid.first + place) * grid.bucketSamples, minimum: [], maximum: []))
        isOpen = true
      }
      pieces[pieces.count - 1].minimum.append(extent.minimum)
      pieces[pieces.count - 1].maximum.append(extent.maximum)
    }
    self.pieces = pieces
  }

  /// The envelope of runs of samples.
  /// - Parameters:
  ///   - runs: Runs in order, each without a gap in itself; one that begins where the one before ends goes on with it.
  ///   - from: The first sample wanted, at least 0.
  ///   - count: Samples wanted, at least 1.
  ///   - points: Most buckets, at least 2.
  public init(runs: [(from: Int, samples: [Int16])], from: Int, count: Int, points: Int) {
    precondition(from >= 0 && count > 0 && points > 1, "a stretch of at least one sample, two buckets")
    let grid = Grid(from: from, count: count, points: points, unit: 1)
    var extents = [Extent](repeating: .empty, count: grid.buckets)
    var starts: [Int] = []
    var expected: Int?
    for run in runs where !run.samples.isEmpty {
      if run.from != expected { starts.append(run.from) }
      expected = run.from + run.samples.count
      for (index, sample) in run.samples.enumerated() {
        let place = run.from + index
        guard place >= from, place < from + count else { continue }
        extents[place / grid.bucketSamples - grid.first].add(sample)
      }
    }
    self.init(grid, extents: extents, runStarts: starts[...])
  }
}

/// The least and the greatest of some samples.
struct Extent: Hashable, Sendable {
  var minimum: Int16
  var maximum: Int16

  /// Of no sample.
  static let empty = Extent(minimum: .max, maximum: .min)

  /// Whether it is of no sample.
  var isEmpty: Bool { minimum > maximum }

  mutating func add(_ sample: Int16) {
    minimum = min(minimum, sample)
    maximum = max(maximum, sample)
  }

  mutating func add(_ other: Extent) {
    minimum = min(minimum, other.minimum)
    maximum = max(maximum, other.maximum)
  }
}
