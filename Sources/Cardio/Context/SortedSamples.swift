/// A few numbers in ascending order, on the stack: medians and quantiles of short histories without allocation.
struct SortedSamples: ~Copyable {
  /// The most numbers that fit.
  static let capacity = 64

  private var values = InlineArray<64, Float>(repeating: 0)
  private(set) var count = 0

  /// Inserts a number; more than ``capacity`` are left out.
  mutating func insert(_ value: Float) {
    guard count < SortedSamples.capacity else { return }
    var place = count
    while place > 0, values[place - 1] > value {
      values[place] = values[place - 1]
      place -= 1
    }
    values[place] = value
    count += 1
  }

  /// The median: the mean of the middle two of an even count; 0 of none.
  var median: Float {
    guard count > 0 else { return 0 }
    let middle = values[count / 2]
    return count % 2 == 1 ? middle : (middle + values[count / 2 - 1]) / 2
  }

  /// The number at or below which the `share` (0…1) of all lie: the one at index ⌊share · (count − 1)⌋; 0 of none.
  func quantile(_ share: Float) -> Float {
    count > 0 ? values[Int(share * Float(count - 1))] : 0
  }
}
