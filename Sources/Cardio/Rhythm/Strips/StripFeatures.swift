#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a strip says about its rhythm: irregularity and P waves as of ``IrregularityFeatures``, how alike its QRS complexes are, and
/// how clean it is.
struct StripFeatures {
  /// The names of the features, in their order.
  static let names =
    IrregularityFeatures.names + [
      "likeness", "leastLikeness", "quality", "leastQuality", "highFrequency", "baseline",
      "kurtosis", "leastKurtosis",
      "beatQuality", "leastBeatQuality", "shortest", "longest", "unlike", "rate",
    ]
  /// The samples of a window in which QRS complexes are compared.
  private static let complex = 50..<80
  /// Below this correlation with the mean complex a beat counts as ectopic.
  private static let ectopicLikeness: Float = 0.5
  /// The fewest beats from which a strip is judged.
  private static let fewest = 9

  /// The values, in the order of ``names``.
  private(set) var values: [Float] = []

  /// The features of a strip; `nil` when it has too few beats or nothing but broken intervals.
  init?(_ strip: RhythmStrip) {
    guard strip.beats.count >= StripFeatures.fewest, !strip.quality.isEmpty else { return nil }
    let likeness = StripFeatures.likeness(strip.beats)
    func beats(isDiscounting: Bool) -> [FibrillationBeat] {
      zip(strip.beats, likeness).map { beat, likeness in
        FibrillationBeat(
          RhythmBeat(beat, beatClass: .normal, confidence: 1),
          isExcluded: isDiscounting && likeness < StripFeatures.ectopicLikeness)
      }
    }
    guard
      let irregularity = IrregularityFeatures(beats(isDiscounting: true)[...])
        ?? IrregularityFeatures(beats(isDiscounting: false)[...])
    else { return nil }
    values = irregularity.values
    let sorted = likeness.sorted()
    values.append(likeness.reduce(0, +) / Float(likeness.count))
    values.append(sorted[sorted.count / 5])
    addQuality(strip.quality)
    let trust = strip.beats.map(\.beat.quality).sorted()
    values.append(trust.reduce(0, +) / Float(trust.count))
    values.append(trust[trust.count / 5])
    let intervals = strip.beats.compactMap { $0.previousRR.map { Float($0) } }
      .filter { IrregularityFeatures.plausible.contains($0) }.sorted()
    let middle = intervals.isEmpty ? 1 : intervals[intervals.count / 2]
    values.append((intervals.first ?? 1) / middle)
    values.append((intervals.last ?? 1) / middle)
    values.append(Float(likeness.count { $0 < 0.8 }) / Float(likeness.count))
    let seconds =
      Float(strip.quality.count * RecordReplay.chunkSamples) * Float(SampleRate.analysis.interval)
    values.append(Float(strip.beats.count) / seconds)
  }

  private mutating func addQuality(_ quality: [SignalQuality]) {
    let count = Float(quality.count)
    func ratio(_ microvolts: Float, _ quality: SignalQuality) -> Float {
      let share = microvolts / max(1, quality.rmsMicrovolts)
      return share * share
    }
    func median(_ values: [Float]) -> Float { values.sorted()[values.count / 2] }
    values.append(quality.reduce(0) { $0 + $1.index } / count)
    values.append(quality.map(\.index).min() ?? 0)
    values.append(log(median(quality.map { ratio($0.highFrequencyMicrovolts, $0) }) + 0.001))
    values.append(log(median(quality.map { ratio($0.baselineMicrovolts, $0) }) + 0.001))
    values.append(log(median(quality.map(\.kurtosis)) + 0.1))
    values.append(log((quality.map(\.kurtosis).min() ?? 0) + 0.1))
  }

  /// The correlation of every QRS complex with the mean of those that are like most others.
  private static func likeness(_ beats: [SegmentedBeat]) -> [Float] {
    let shapes = beats.map { beat -> [Float] in
      let samples = beat.window.samples[complex]
      let mean = samples.reduce(0, +) / Float(samples.count)
      return samples.map { $0 - mean }
    }
    var template = mean(shapes)
    var likeness = shapes.map { correlation($0, template) }
    let usual = zip(shapes, likeness).filter { $0.1 > ectopicLikeness }.map(\.0)
    if usual.count >= 3 {
      template = mean(usual)
      likeness = shapes.map { correlation($0, template) }
    }
    return likeness
  }

  private static func mean(_ shapes: [[Float]]) -> [Float] {
    var sum = [Float](repeating: 0, count: complex.count)
    for shape in shapes {
      for index in shape.indices { sum[index] += shape[index] }
    }
    return sum.map { $0 / Float(shapes.count) }
  }

  private static func correlation(_ first: [Float], _ second: [Float]) -> Float {
    var (product, firstPower, secondPower) = (Float(), Float(), Float())
    for (a, b) in zip(first, second) {
      product += a * b
      firstPower += a * a
      secondPower += b * b
    }
    return product / (firstPower * secondPower + 1e-6).squareRoot()
  }
}
