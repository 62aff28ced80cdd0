/// Where the signal of a recording is poor.
struct PoorStretches {
  /// Where each begins, in samples at 125 Hz, where it ends, and how much is poor until there, it included.
  private var stretches: [(begin: Double, end: Double, poorUntilEnd: Double)] = []

  init(_ chunks: [HolterFindings.QualityChunk]) {
    var position = 0.0
    var poor = 0.0
    for chunk in chunks {
      let end = position + Double(chunk.samples)
      if chunk.isPoor {
        poor += Double(chunk.samples)
        stretches.append((position, end, poor))
      }
      position = end
    }
  }

  /// How much of a stretch (samples at 125 Hz) is poor, 0…1.
  func share(of stretch: ClosedRange<Double>) -> Double {
    guard stretch.upperBound > stretch.lowerBound else { return 0 }
    return (poor(until: stretch.upperBound) - poor(until: stretch.lowerBound))
      / (stretch.upperBound - stretch.lowerBound)
  }

  private func poor(until position: Double) -> Double {
    var (low, high) = (0, stretches.count)
    while low < high {
      let middle = (low + high) / 2
      if stretches[middle].begin < position { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return 0 }
    let last = stretches[low - 1]
    return last.poorUntilEnd - max(0, last.end - position)
  }
}
