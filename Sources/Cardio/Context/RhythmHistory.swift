/// Successive RR intervals as logarithms of seconds, index 0 the present one, 1 the one before it.
struct RhythmHistory: ~Copyable {
  /// Steps and distances count up to this: a factor of 1.65.
  private static let largestStep: Float = 0.5

  private let values: UnsafeBufferPointer<Float>

  /// - Parameter values: the latest last.
  init(values: UnsafeBufferPointer<Float>) { self.values = values }

  /// How many, the present one included.
  var count: Int { values.count }

  subscript(index: Int) -> Float { values[values.count - 1 - index] }

  /// The median of the present RR interval and the two before it.
  var medianOfThree: Float {
    let first = self[0]
    let second = count > 1 ? self[1] : first
    let third = count > 2 ? self[2] : first
    return max(min(second, third), min(max(second, third), first))
  }

  /// Median and mean magnitude of the last `length` steps before the present RR interval.
  func steps(of length: Int) -> (median: Float, mean: Float) {
    let available = min(length, count - 2)
    guard available > 0 else { return (0, 0) }
    var sorted = SortedSamples()
    var sum: Float = 0
    for index in 1...available {
      let step = abs(self[index] - self[index + 1])
      sorted.insert(step)
      sum += step
    }
    return (sorted.median, sum / Float(available))
  }

  /// Mean magnitude of the last step, of the smaller of the last two, and of the smallest of the last three, over the last
  /// `length` RR intervals.
  func patternIrregularity(of length: Int) -> SIMD3<Float> {
    let available = min(length, count - 3)
    guard available > 0 else { return .zero }
    var sums = SIMD3<Float>.zero
    for index in 0..<available {
      let one = min(abs(self[index] - self[index + 1]), RhythmHistory.largestStep)
      let two = min(one, abs(self[index] - self[index + 2]))
      let three = min(two, abs(self[index] - self[index + 3]))
      sums += SIMD3(one, two, three)
    }
    return sums / Float(available)
  }

  /// How often the present RR interval, and it with the `next`, occurred before, and how near the nearest pairs come.
  func likeness(of next: Float, length: Int) -> (familiarity: SIMD2<Float>, strangeness: SIMD2<Float>) {
    let available = min(length, count - 2)
    guard available > 0 else { return (.zero, SIMD2(1, 1)) }
    var alike: Float = 0
    var alikePairs: Float = 0
    var nearest = SIMD2<Float>(repeating: 1)
    let current = self[0]
    let before = self[1]
    for index in 1...available {
      let distance = abs(self[index] - current)
      if distance < 0.06 { alike += 1 }
      if max(distance, abs(self[index - 1] - next)) < 0.10 { alikePairs += 1 }
      let pair = max(distance, abs(self[index + 1] - before))
      if pair < nearest[0] {
        nearest = SIMD2(pair, nearest[0])
      } else if pair < nearest[1] {
        nearest[1] = pair
      }
    }
    return (SIMD2(alike, alikePairs) / Float(available), nearest)
  }

  /// The mean distance of the Lorenz plot's last `length` points to their second nearest neighbour.
  func scatter(of length: Int) -> Float {
    let available = min(length, count - 1)
    guard available > 4 else { return 0 }
    let newest = values.count - 1
    var sum: Float = 0
    for index in 0..<available {
      let here = values[newest - index]
      let previous = values[newest - index - 1]
      var nearest = RhythmHistory.largestStep
      var second = RhythmHistory.largestStep
      for other in 0..<available where other != index {
        let distance = max(abs(here - values[newest - other]), abs(previous - values[newest - other - 1]))
        second = min(second, max(nearest, distance))
        nearest = min(nearest, distance)
      }
      sum += second
    }
    return sum / Float(available)
  }
}
