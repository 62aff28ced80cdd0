import Cardio
import Inference

/// Predictions made by hand.
enum MadePredictions {
  /// `N>V` is an annotated N that the model calls V; `.>V` a false beat called V; `V>x` a missed V; `V>?` an unreadable one.
  static func named(_ text: String, record: String = "made") -> [BeatPrediction] {
    text.split(separator: " ").enumerated().map { place, pair in
      // Every pair in these tests has three characters.
      let told = pair.last!
      let beatClass = BeatClass(rawValue: String(told))
      return BeatPrediction(
        record: record, sample: place * 100, reference: BeatClass(rawValue: String(pair.first!)),
        judgement: told == "x"
          ? nil
          : told == "?"
            ? .unreadable
            : BeatJudgement(beatClass: beatClass, abnormalProbability: beatClass == .normal ? 0.1 : 0.9),
        quality: told == "x" ? nil : 1)
    }
  }

  /// Beats of known truth and P(abnormal).
  static func scored(_ pairs: [(isAbnormal: Bool, probability: Float)], record: String = "made") -> [BeatPrediction] {
    pairs.enumerated().map { place, pair in
      BeatPrediction(
        record: record, sample: place * 100, reference: pair.isAbnormal ? .ventricular : .normal,
        judgement: BeatJudgement(abnormalProbability: pair.probability), quality: 1)
    }
  }
}

/// A model that answers from a list, `delay` beats late; it tells classes.
struct ListedModel: JudgingModel {
  let name = "listed"
  let threshold: Float = 0.5
  let reasonForNoClasses: String? = nil
  var answers: [BeatJudgement]
  var delay = 0

  func makeJudge() -> any BeatJudge { Judge(answers, delay: delay) }

  private final class Judge: BeatJudge {
    private let answers: [BeatJudgement]
    private let delay: Int
    private var taken = 0
    private var given = 0

    init(_ answers: [BeatJudgement], delay: Int) {
      self.answers = answers
      self.delay = delay
    }

    func judge(_ beat: SegmentedBeat, into judgements: inout [BeatJudgement]) {
      taken += 1
      give(while: { taken - given > delay }, into: &judgements)
    }

    func finish(into judgements: inout [BeatJudgement]) {
      give(while: { given < taken }, into: &judgements)
    }

    private func give(while isDue: () -> Bool, into judgements: inout [BeatJudgement]) {
      while isDue() {
        judgements.append(answers[given % answers.count])
        given += 1
      }
    }
  }
}
