/// A classified beat as the rhythm analysis takes it.
public struct RhythmBeat: Hashable, Sendable, Codable {
  /// The R peak on the session's timeline, in samples at 125 Hz.
  public let position: Double
  /// The AAMI class.
  public let beatClass: BeatClass
  /// The probability of the class, 0…1; what is no number counts as 0.
  public let confidence: Float
  /// The RR interval before the beat in seconds; `nil` for the first beat and across a gap. What is no positive number
  /// counts as `nil`.
  public let rrSeconds: Double?
  /// How far the beat can be trusted, 0…1; see ``Beat/quality``.
  public let quality: Float
  /// The shape of the signal ahead of the QRS complex, where the P wave lies.
  public let atrial: AtrialSegment

  /// A beat that the analysis found.
  ///
  /// - Parameters:
  ///   - segmented: The beat and its window.
  ///   - beatClass: What a classifier says.
  ///   - confidence: The probability of that class.
  public init(_ segmented: SegmentedBeat, beatClass: BeatClass, confidence: Float) {
    self.init(
      position: segmented.beat.position, beatClass: beatClass, confidence: confidence,
      rrSeconds: segmented.previousRR, quality: segmented.beat.quality,
      atrial: AtrialSegment(segmented.window))
  }

  /// A beat from its parts; for annotated beats and tests.
  ///
  /// - Parameters:
  ///   - position: The R peak in samples at 125 Hz.
  ///   - beatClass: The AAMI class.
  ///   - confidence: The probability of the class.
  ///   - rrSeconds: The RR interval before it.
  ///   - quality: How far the beat can be trusted.
  ///   - atrial: The signal ahead of the QRS complex.
  public init(
    position: Double, beatClass: BeatClass, confidence: Float = 1, rrSeconds: Double?,
    quality: Float = 1,
    atrial: AtrialSegment = .flat
  ) {
    self.position = position
    self.beatClass = beatClass
    self.confidence = confidence >= 0 ? min(1, confidence) : 0
    self.rrSeconds = rrSeconds.flatMap { $0.isFinite && $0 > 0 ? $0 : nil }
    self.quality = quality >= 0 ? min(1, quality) : 0
    self.atrial = atrial
  }

  /// Whether it counts as ventricular: class V. Fusion beats do not make a run (EC57).
  var isVentricular: Bool { beatClass == .ventricular }
}
