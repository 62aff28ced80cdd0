/// Whether a probability means what it says: a reliability table and the expected calibration error.
///
/// Ten bins of equal width, named by their bounds. In each, the mean of the probabilities is held against the share of
/// beats that were in fact so; the expected calibration error is the mean of the differences, every beat counting alike
/// (Naeini, Cooper & Hauskrecht 2015).
public struct Calibration: Hashable, Sendable {
  /// One bin of the reliability table.
  public struct Bin: Hashable, Sendable {
    /// The lowest probability in it.
    public let lower: Double
    /// The probability from which the next begins.
    public let upper: Double
    /// Beats in it.
    public let count: Int
    /// The mean of their probabilities; `nil` when it is empty.
    public let meanProbability: Double?
    /// The share of them that were so; `nil` when it is empty.
    public let observedShare: Double?

    /// Its bounds, such as `0.1–0.2`.
    public var name: String { "\(lower)–\(upper)" }
  }

  /// Bins of the table.
  public static let binCount = 10

  private var counts = [Int](repeating: 0, count: binCount)
  private var sums = [Double](repeating: 0, count: binCount)
  private var positives = [Int](repeating: 0, count: binCount)

  /// A table of nothing.
  public init() {}

  /// Enters a beat: how probable it was, 0…1, and whether it was so.
  public mutating func add(probability: Double, isTrue: Bool) {
    let bin = min(Self.binCount - 1, max(0, Int(probability * Double(Self.binCount))))
    counts[bin] += 1
    sums[bin] += probability
    positives[bin] += isTrue ? 1 : 0
  }

  /// Adds another table `times` over.
  public mutating func add(_ other: Calibration, times: Int = 1) {
    for bin in counts.indices {
      counts[bin] += times * other.counts[bin]
      sums[bin] += Double(times) * other.sums[bin]
      positives[bin] += times * other.positives[bin]
    }
  }

  /// The reliability table.
  public var bins: [Bin] {
    counts.indices.map { bin in
      let count = counts[bin]
      return Bin(
        lower: Double(bin) / Double(Self.binCount), upper: Double(bin + 1) / Double(Self.binCount), count: count,
        meanProbability: count > 0 ? sums[bin] / Double(count) : nil,
        observedShare: count > 0 ? Double(positives[bin]) / Double(count) : nil)
    }
  }

  /// The expected calibration error, 0 (perfect) … 1; `nil` without beats.
  public var expectedError: Double? {
    let all = counts.reduce(0, +)
    guard all > 0 else { return nil }
    let sum = counts.indices.reduce(0.0) { $0 + abs(sums[$1] - Double(positives[$1])) }
    return sum / Double(all)
  }
}
