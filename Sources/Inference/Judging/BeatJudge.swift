public import Cardio

/// Judges the beats of one recording, one after the other.
///
/// A judge may carry what it has learnt of the patient from beat to beat, so each recording gets a fresh one. It answers
/// every beat exactly once and in their order, at once or some beats later.
public protocol BeatJudge: AnyObject {
  /// Takes the recording's next beat and appends the judgements that have become possible: of this beat or earlier ones.
  func judge(_ beat: SegmentedBeat, into judgements: inout [BeatJudgement])

  /// Ends the recording and appends the judgements still owed.
  func finish(into judgements: inout [BeatJudgement])
}

/// A model that can judge recordings, and what it is able to tell.
public protocol JudgingModel: Sendable {
  /// Its name, such as `sealedbeat-reference-1`.
  var name: String { get }

  /// A beat is abnormal from this P(abnormal) on, unless the caller says otherwise.
  var threshold: Float { get }

  /// Why the model tells no classes, in a sentence; `nil` when it does.
  var reasonForNoClasses: String? { get }

  /// A judge for one recording, which knows nothing of the patient yet.
  func makeJudge() -> any BeatJudge
}

extension JudgingModel {
  /// The judgements of a whole recording's beats, in their order.
  ///
  /// - Precondition: the judge answers every beat exactly once.
  public func judgements(of beats: [SegmentedBeat]) -> [BeatJudgement] {
    let judge = makeJudge()
    var judgements: [BeatJudgement] = []
    judgements.reserveCapacity(beats.count)
    for beat in beats { judge.judge(beat, into: &judgements) }
    judge.finish(into: &judgements)
    precondition(judgements.count == beats.count, "\(name) gave \(judgements.count) answers to \(beats.count) beats")
    return judgements
  }
}
