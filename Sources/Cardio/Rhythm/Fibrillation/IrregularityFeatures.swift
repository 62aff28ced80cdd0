#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a window of beats says about atrial fibrillation: how irregular the intervals are, with ectopic beats discounted, and
/// whether there is a P wave.
///
/// An interval counts when it lies between two beats that are not ventricular; a change of interval counts between two
/// neighbouring intervals that do. So a ventricular beat and its compensatory pause leave no trace.
struct IrregularityFeatures {
  /// The names of the features, in their order.
  static let names = [
    "unchanged", "hardlyChanged", "changeQuartile1", "changeMedian", "changeQuartile3",
    "trimmedVariation", "origin",
    "occupied", "lorenzEntropy", "turning", "alternation", "shortLong", "logInterval", "logChange",
    "logMedianChange",
    "atrialHeight", "atrialLikeness", "atrialShare", "atrialRest", "ectopic",
  ]
  /// Cells of the Lorenz plot on each side; each is a tenth of the median interval wide.
  private static let cells = 13
  /// Changes beyond this share of the median interval count as this much.
  private static let reach: Float = 0.6
  /// Intervals outside these seconds are no intervals of one rhythm.
  static let plausible: ClosedRange<Float> = 0.2...3
  /// The fewest intervals and changes from which anything can be told.
  private static let fewest = 8

  /// Three quarters of the changes below this share of the median interval are no fibrillation, whatever the P waves: the most
  /// regular window of the training set has 0.089.
  private static let regularity: Float = 0.06

  /// The values, in the order of ``names``.
  private(set) var values: [Float] = []

  /// The features of `beats`; `nil` when too few intervals count, or when they are too regular for fibrillation and that is
  /// not asked for.
  init?(_ beats: ArraySlice<FibrillationBeat>, includingRegular: Bool = true) {
    var intervals: [Float] = []
    intervals.reserveCapacity(beats.count)
    var changes: [Float] = []  // NaN where the chain of intervals is broken
    changes.reserveCapacity(beats.count)
    var previous: Float?
    var wasEctopic = false
    for beat in beats {
      let isCounted =
        !beat.isEctopic && !wasEctopic && IrregularityFeatures.plausible.contains(beat.interval)
      wasEctopic = beat.isEctopic
      if isCounted { intervals.append(beat.interval) }
      changes.append(isCounted ? previous.map { beat.interval - $0 } ?? .nan : .nan)
      previous = isCounted ? beat.interval : nil
    }
    guard intervals.count >= IrregularityFeatures.fewest else { return nil }
    intervals.sort()
    let median = IrregularityFeatures.middle(intervals)
    var sizes: [Float] = []
    sizes.reserveCapacity(changes.count)
    for index in changes.indices where !changes[index].isNaN {
      changes[index] /= median
      sizes.append(abs(changes[index]))
    }
    guard sizes.count >= IrregularityFeatures.fewest else { return nil }
    sizes.sort()
    values.reserveCapacity(IrregularityFeatures.names.count)
    addSizes(sizes)
    guard includingRegular || values[4] >= IrregularityFeatures.regularity else { return nil }
    values.append(IrregularityFeatures.trimmedVariation(intervals))
    guard addLorenz(changes) else { return nil }
    values.append(log(median))
    addLogarithms(sizes)
    addAtrial(beats)
    values.append(Float(beats.count { $0.isEctopic }) / Float(beats.count))
  }

  private mutating func addSizes(_ sizes: [Float]) {
    let count = Float(sizes.count)
    values.append(Float(sizes.count { $0 < 0.04 }) / count)
    values.append(Float(sizes.count { $0 < 0.08 }) / count)
    values.append(sizes[sizes.count / 4])
    values.append(sizes[sizes.count / 2])
    values.append(sizes[3 * sizes.count / 4])
  }

  private mutating func addLogarithms(_ sizes: [Float]) {
    var power: Float = 0
    for size in sizes {
      let bounded = min(size, IrregularityFeatures.reach)
      power += bounded * bounded
    }
    values.append(log((power / Float(sizes.count)).squareRoot() + 0.01))
    values.append(log(sizes[sizes.count / 2] + 0.01))
  }

  /// The Lorenz plot of successive changes (Sarkar 2008): how many lie at the origin, how many cells are used, how evenly,
  /// and how the changes follow each other. False when there are too few pairs.
  private mutating func addLorenz(_ changes: [Float]) -> Bool {
    let cells = IrregularityFeatures.cells
    let reach = IrregularityFeatures.reach
    var pairs = 0
    var origin = 0
    var turns = 0
    var shortLong = 0
    var product: Float = 0
    var power: Float = 0
    var entropy: Float = 0
    var used = 0
    withUnsafeTemporaryAllocation(of: Int32.self, capacity: cells * cells) { plot in
      plot.initialize(repeating: 0)
      for index in changes.indices.dropFirst() {
        let (first, second) = (changes[index - 1], changes[index])
        guard !first.isNaN, !second.isNaN else { continue }
        let u = min(reach, max(-reach, first))
        let w = min(reach, max(-reach, second))
        let row = Int((u + reach + 0.05) * 10)
        let column = Int((w + reach + 0.05) * 10)
        plot[min(cells - 1, row) * cells + min(cells - 1, column)] += 1
        pairs += 1
        product += u * w
        power += u * u
        if u * w < 0 { turns += 1 }
        if u < -0.15, w > 0.2 { shortLong += 1 }
      }
      guard pairs > 0 else { return }
      for row in 0..<cells {
        for column in 0..<cells {
          let count = plot[row * cells + column]
          guard count > 0 else { continue }
          let share = Float(count) / Float(pairs)
          entropy -= share * log(share)
          if abs(row - cells / 2) <= 1, abs(column - cells / 2) <= 1 {
            origin += Int(count)
          } else {
            used += 1
          }
        }
      }
    }
    guard pairs >= 4 else { return false }
    let count = Float(pairs)
    values.append(Float(origin) / count)
    values.append(Float(used) / count)
    values.append(entropy / log(count))
    values.append(Float(turns) / count)
    values.append(-(product / count) / (power / count + 1e-4))
    values.append(Float(shortLong) / count)
    return true
  }

  /// The mean of the atrial segments against what each beat adds to it: a P wave is there every time, f waves are not.
  private mutating func addAtrial(_ beats: ArraySlice<FibrillationBeat>) {
    let usual = beats.filter { !$0.isEctopic && $0.interval > 0.4 && $0.interval <= 3 }
    let segments = usual.count >= 4 ? usual : beats.filter { !$0.isEctopic }
    guard !segments.isEmpty else {
      values.append(contentsOf: [log(0.005), 0, log(0.01), log(0.003)])
      return
    }
    var mean = SIMD16<Float>.zero
    var power: Float = 0
    for beat in segments {
      mean += beat.atrial
      power += (beat.atrial * beat.atrial).sum()
    }
    let count = Float(segments.count)
    mean /= count
    power /= count
    let meanPower = (mean * mean).sum()
    var likeness: Float = 0
    var rest: Float = 0
    for beat in segments {
      let own = (beat.atrial * beat.atrial).sum()
      likeness += (beat.atrial * mean).sum() / (own * meanPower + 1e-12).squareRoot()
      let difference = beat.atrial - mean
      rest += (difference * difference).sum()
    }
    values.append(log(mean.max() - mean.min() + 0.005))
    values.append(likeness / count)
    values.append(log(meanPower / (power + 1e-9) + 0.01))
    values.append(log((rest / count / Float(AtrialSegment.count)).squareRoot() + 0.003))
  }

  private static func middle(_ sorted: [Float]) -> Float {
    let half = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2
  }

  /// The coefficient of variation without the highest and the lowest eighth.
  private static func trimmedVariation(_ sorted: [Float]) -> Float {
    let kept = sorted.dropFirst(sorted.count / 8).dropLast(sorted.count / 8)
    let count = Float(kept.count)
    let mean = kept.reduce(0, +) / count
    let power = kept.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
    return power.squareRoot() / mean
  }
}
