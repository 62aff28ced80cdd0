internal import Cardio
internal import Findings
internal import Inference

/// The model with the memory it works in: one for each worker.
final class BeatJudge {
  private let model: any BeatJudging
  private var scratch: InferenceScratch
  private let measures: Bool
  private let clock: StageClock
  /// CPU time spent here since it was last set to 0, in nanoseconds; stays 0 when nothing is measured.
  var nanoseconds: UInt64 = 0

  init(model: any BeatJudging, measures: Bool) {
    self.model = model
    self.measures = measures
    scratch = model.makeScratch()
    clock = StageClock(isRunning: measures)
  }

  func judge(_ beat: SegmentedBeat, in context: BeatContext) -> BeatVerdict {
    let start = clock.reading()
    let judgement = model.judge(beat, in: context, scratch: &scratch)
    if measures { nanoseconds += clock.reading() - start }
    return BeatVerdict(judgement, threshold: model.threshold)
  }
}
