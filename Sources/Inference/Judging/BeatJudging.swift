public import Cardio

/// What judges the beats of a live session, a stored one or a recording: a model with a threshold, without state of its own.
///
/// What changes from beat to beat is the caller's: the `PatientContext` that makes each beat's context, which is part of a
/// session's checkpoint, and the scratch, which is a worker's.
public protocol BeatJudging: JudgingModel {
  /// Memory to judge in; one for each thread of work.
  func makeScratch() -> InferenceScratch

  /// Judges a beat.
  ///
  /// - Parameters:
  ///   - beat: the beat.
  ///   - context: what the session's earlier beats say of it.
  ///   - scratch: from ``makeScratch()`` of this model.
  func judge(_ beat: SegmentedBeat, in context: BeatContext, scratch: inout InferenceScratch) -> BeatJudgement
}

extension BeatJudging {
  /// A judge for one recording, which knows nothing of the patient yet.
  public func makeJudge() -> any BeatJudge { RecordingJudge(self) }
}

/// A judge that owns a recording's context and the memory to work in.
private final class RecordingJudge<Model: BeatJudging>: BeatJudge {
  private let model: Model
  private var scratch: InferenceScratch
  private var patient = PatientContext()
  private var context = BeatContext()

  init(_ model: Model) {
    self.model = model
    scratch = model.makeScratch()
  }

  func judge(_ beat: SegmentedBeat, into judgements: inout [BeatJudgement]) {
    patient.describe(beat, into: &context)
    judgements.append(model.judge(beat, in: context, scratch: &scratch))
  }

  func finish(into judgements: inout [BeatJudgement]) {}
}
