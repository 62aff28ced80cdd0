public import Cardio

/// One line of a comparison: an annotated beat, a detected and judged one, or both when they are the same.
public struct BeatPrediction: Hashable, Sendable {
  /// The record's name.
  public let record: String
  /// The R peak in samples at the record's own rate: the detector's, or the annotation's where the detector missed it.
  public let sample: Int
  /// The annotated class; `nil` for a false beat, which no annotation confirms.
  public let reference: BeatClass?
  /// What the model said; `nil` for a missed beat.
  public let judgement: BeatJudgement?
  /// The beat's quality, 0…1; `nil` for a missed beat.
  public let quality: Float?

  /// A line of a comparison.
  public init(record: String, sample: Int, reference: BeatClass?, judgement: BeatJudgement?, quality: Float?) {
    self.record = record
    self.sample = sample
    self.reference = reference
    self.judgement = judgement
    self.quality = quality
  }

  /// Pairs a record's judged beats with its annotations at ±150 ms (AAMI EC57), in order of time.
  ///
  /// Stretches of ventricular flutter, in which no beats are annotated, do not count.
  ///
  /// - Parameters:
  ///   - record: The record's name.
  ///   - beats: The beats, in order of time.
  ///   - judgements: What the model said of each.
  ///   - annotations: The reference.
  ///   - rate: The record's own rate, at which the annotations count.
  public static func pairing(
    record: String, beats: [SegmentedBeat], judgements: [BeatJudgement], annotations: WFDBAnnotations, rate: SampleRate
  ) -> [BeatPrediction] {
    precondition(beats.count == judgements.count, "one judgement for each beat")
    let hertz = rate.hertz
    let reference = annotations.beats.sorted { $0.sample < $1.sample }
    let times = reference.map { Double($0.sample) / hertz }
    let pairs = BeatComparison.pairs(reference: times, detected: beats.map(\.beat.seconds))
    let flutter = annotations.flutter.map { range in
      Double(range.lowerBound) / hertz..<(range.upperBound == .max ? .infinity : Double(range.upperBound) / hertz)
    }
    return pairs.compactMap { pair in
      // The annotation's time where there is one, as in `evaluate qrs`.
      guard let time = pair.reference.map({ times[$0] }) ?? pair.detected.map({ beats[$0].beat.seconds }),
        !flutter.contains(where: { $0.contains(time) })
      else { return nil }
      return BeatPrediction(
        record: record,
        sample: pair.detected.map { Int((beats[$0].beat.seconds * hertz).rounded()) }
          ?? pair.reference.map { reference[$0].sample } ?? 0,
        reference: pair.reference.map { reference[$0].beatClass }, judgement: pair.detected.map { judgements[$0] },
        quality: pair.detected.map { beats[$0].beat.quality })
    }
  }
}
