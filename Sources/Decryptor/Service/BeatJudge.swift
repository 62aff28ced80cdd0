internal import Cardio
internal import Inference

/// The classifier with the memory it works in: one for each worker.
final class BeatJudge {
  private let classifier: BeatClassifier
  private var scratch: InferenceScratch
  private let measures: Bool
  private let clock: StageClock
  /// CPU time spent here since it was last set to 0, in nanoseconds; stays 0 when nothing is measured.
  var nanoseconds: UInt64 = 0

  init(classifier: BeatClassifier, measures: Bool) {
    self.classifier = classifier
    self.measures = measures
    scratch = classifier.makeScratch()
    clock = StageClock(isRunning: measures)
  }

  func judge(_ window: BeatWindow) -> BeatVerdict {
    let start = clock.reading()
    let probability = window.samples.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
    if measures { nanoseconds += clock.reading() - start }
    return BeatVerdict(
      abnormalProbability: Double(probability), isAbnormal: classifier.isAbnormal(probability))
  }
}
