#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The RR intervals of the last minute, and what a new one means among them.
package struct RhythmMemory: Hashable, Sendable, Codable {
  /// RR intervals remembered.
  private static let capacity = 68
  /// RR intervals are taken as between these, in seconds.
  private static let shortest = 0.2
  private static let longest = 4.0
  /// RR intervals of the Lorenz plot's scatter.
  private static let scatterLength = 32
  /// RR intervals among which a beat looks for its like.
  private static let likenessLength = 64

  /// Logarithms of seconds, the latest last.
  private var past: [Float] = []
  private var pace = SinusPace()

  /// A memory of nothing.
  package init() {}

  /// Measures a beat by the RR intervals on either side and remembers the one before it.
  ///
  /// - Parameters:
  ///   - previousRR: seconds; `nil` when unknown, which is then taken as the usual one and not remembered.
  ///   - nextRR: seconds; `nil` when unknown, which is then taken as `previousRR`.
  package mutating func take(previousRR: Double?, nextRR: Double?) -> RhythmMeasures {
    var eight = SortedSamples()
    for value in past.suffix(8) { eight.insert(value) }
    let known = previousRR.flatMap(RhythmMemory.logarithm)
    let current = known ?? (past.isEmpty ? RhythmMemory.usual : eight.median)
    let next = nextRR.flatMap(RhythmMemory.logarithm) ?? current
    past.append(current)
    defer {
      if known == nil { past.removeLast() }
      if past.count > RhythmMemory.capacity { past.removeFirst() }
    }
    if known != nil { pace.begin(with: current) }
    return past.withUnsafeBufferPointer { history in
      measure(RhythmHistory(values: history), current: current, next: next, medianOfEight: eight.median)
    }
  }

  /// 0.8 s, before anything is known.
  private static let usual: Float = -0.2231

  private static func logarithm(_ seconds: Double) -> Float? {
    guard seconds.isFinite, seconds > 0 else { return nil }
    return log(Float(max(shortest, min(longest, seconds))))
  }

  private mutating func measure(
    _ history: borrowing RhythmHistory, current: Float, next: Float, medianOfEight: Float
  ) -> RhythmMeasures {
    var measures = RhythmMeasures()
    let before = history.count - 1
    var recent = SortedSamples()
    for index in 0..<min(32, before) { recent.insert(history[index + 1]) }
    let median = before > 0 ? recent.median : current
    measures.prematurity = current - median
    measures.prematurityOfEight = before > 0 ? current - medianOfEight : 0
    measures.pause = next - median
    measures.compensation = next - current
    measures.step = before > 0 ? current - history[1] : 0
    for index in 0..<4 where index + 1 <= before { measures.past[index] = history[index + 1] - median }
    let short = history.steps(of: 16)
    let long = history.steps(of: 64)
    measures.irregularity = SIMD4(short.median, short.mean, long.median, long.mean)
    measures.seconds = SIMD3(exp(current), exp(next), exp(median))
    let typical = history.medianOfThree
    let sinus = pace.interval
    measures.againstSinus = SIMD4(current - sinus, typical - sinus, next - sinus, 0)
    if pace.interval != 0 || before > 0 { pace.follow(typical) }
    measures.againstSinus[3] = log(1 + Float(pace.beatsAway))
    for (place, length) in [(0, 8), (3, 16), (6, 48)] {
      let irregularity = history.patternIrregularity(of: length)
      for index in 0..<3 { measures.patternIrregularity[place + index] = irregularity[index] }
    }
    let likeness = history.likeness(of: next, length: RhythmMemory.likenessLength)
    measures.familiarity = likeness.familiarity
    measures.strangeness = likeness.strangeness
    measures.scatter = history.scatter(of: RhythmMemory.scatterLength)
    if before > 4 {
      let (q80, q60, q40, q20) = (
        recent.quantile(0.8), recent.quantile(0.6), recent.quantile(0.4), recent.quantile(0.2)
      )
      measures.distribution = [current - q80, q80 - q60, q60 - q40, q40 - q20, next - q80, current - q20]
    }
    return measures
  }
}
