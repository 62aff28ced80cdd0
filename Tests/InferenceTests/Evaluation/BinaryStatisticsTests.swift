import Cardio
import Inference
import Testing

@Suite("Binary statistics and calibration")
struct BinaryStatisticsTests {
  /// Every abnormal beat against every normal one: the definition.
  private func bruteForce(_ pairs: [(isAbnormal: Bool, probability: Float)]) -> Double {
    var (wins, all) = (0.0, 0.0)
    for abnormal in pairs where abnormal.isAbnormal {
      for normal in pairs where !normal.isAbnormal {
        all += 1
        wins += abnormal.probability > normal.probability ? 1 : abnormal.probability == normal.probability ? 0.5 : 0
      }
    }
    return wins / all
  }

  @Test("the area under the curve is what its definition says, ties and mixtures of records included")
  func area() throws {
    var generator = SeededGenerator(seed: 4)
    for steps in [2, 7, 1_000] {
      let records = (0..<3).map { record in
        (0..<80).map { _ in
          (
            isAbnormal: generator.uniform() < 0.2 + 0.2 * Double(record),
            probability: Float(Int(generator.uniform() * Double(steps))) / Float(steps)
          )
        }
      }
      let ranking = AbnormalRanking(records.map { MadePredictions.scored($0) })
      let whole = try #require(ranking.area(times: [1, 1, 1]))
      #expect(abs(whole - bruteForce(records.flatMap(\.self))) < 1e-12)
      let mixture = try #require(ranking.area(times: [0, 3, 1]))
      #expect(abs(mixture - bruteForce(records[1] + records[1] + records[1] + records[2])) < 1e-12)
    }
    #expect(AbnormalRanking([MadePredictions.scored([(true, 0.5)])]).area(times: [1]) == nil)
  }

  @Test("only beats that are annotated, found and readable are ranked")
  func ranked() {
    let ranking = AbnormalRanking([MadePredictions.named("N>N V>V .>N V>x V>? N>?")])
    #expect(ranking.area(times: [1]) == 1)
  }

  @Test("rates at the threshold, by hand")
  func rates() {
    let tally = BeatTally(
      MadePredictions.scored([
        (true, 0.5), (true, 0.9), (true, 0.2), (false, 0.49), (false, 0.6), (false, 0), (false, 0),
      ]),
      threshold: 0.5)
    let statistics = BinaryStatistics(tally.binary, auc: nil, threshold: 0.5)
    #expect(statistics.recall == 2.0 / 3)
    #expect(statistics.precision == 2.0 / 3)
    #expect(statistics.f1 == 2.0 / 3)
    #expect(statistics.specificity == 0.75)
    #expect(statistics.accuracy == 5.0 / 7)
    let nothing = BinaryStatistics(BeatTally().binary, auc: nil, threshold: 0.5)
    #expect(nothing.accuracy == nil && nothing.precision == nil && nothing.recall == nil && nothing.f1 == nil)
  }

  @Test("the calibration error, by hand")
  func calibration() {
    var calibration = Calibration()
    #expect(calibration.expectedError == nil)
    // Bin 0.1–0.2: mean 0.15, a half true. Bin 0.9–1.0: mean 0.95, all true; 1 belongs to it.
    for (probability, isTrue) in [(0.1, true), (0.2.nextDown, false), (0.9, true), (1.0, true)] {
      calibration.add(probability: probability, isTrue: isTrue)
    }
    #expect(calibration.bins[1].count == 2 && calibration.bins[9].count == 2)
    #expect(calibration.bins[9].name == "0.9–1.0" && calibration.bins[0].meanProbability == nil)
    #expect(abs((calibration.expectedError ?? 0) - (2 * 0.35 + 2 * 0.05) / 4) < 1e-12)
    var twice = calibration
    twice.add(calibration, times: 4)
    #expect(abs((twice.expectedError ?? 0) - (calibration.expectedError ?? 1)) < 1e-12)
  }

  @Test("a probability that is no number makes a beat unreadable")
  func notANumber() {
    let judgement = BeatJudgement(beatClass: .ventricular, abnormalProbability: .nan)
    #expect(judgement.isUnreadable && judgement.beatClass == nil && judgement.abnormalProbability == nil)
  }
}
