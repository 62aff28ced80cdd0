import Cardio
import Foundation
import Testing

@Suite("Beat-by-beat comparison")
struct BeatComparisonTests {
  private func counts(_ reference: [Double], _ detected: [Double]) -> [Int] {
    let result = BeatComparison(reference: reference, detected: detected)
    return [result.truePositives, result.falsePositives, result.falseNegatives]
  }

  @Test("hand-made pairs have known scores")
  func known() {
    #expect(counts([], []) == [0, 0, 0])
    #expect(counts([1, 2, 3], [1, 2, 3]) == [3, 0, 0])
    #expect(counts([1, 2, 3], []) == [0, 0, 3])
    #expect(counts([], [1, 2]) == [0, 2, 0])
    // The tolerance itself still matches.
    #expect(counts([1], [1.1499]) == [1, 0, 0])
    #expect(counts([1], [1.151]) == [0, 1, 1])
    // Two detections of one beat: the nearer matches.
    #expect(counts([1], [0.9, 1.01]) == [1, 1, 0])
    #expect(counts([1], [1.01, 1.1]) == [1, 1, 0])
    // One detection of two beats.
    #expect(counts([1, 1.2], [1.1]) == [1, 0, 1])
    // Close beats, each with its own detection, though the first is nearer to its neighbour's.
    #expect(counts([1, 1.2], [1.12, 1.25]) == [2, 0, 0])
    #expect(counts([1, 2, 3, 4], [0.5, 1, 2.3, 3.01]) == [2, 2, 2])
  }

  @Test("the nearer of two detections gives the timing error")
  func timing() {
    let result = BeatComparison(reference: [1, 2], detected: [0.9, 1.01, 2.03])
    #expect(abs((result.rmsErrorMilliseconds ?? 0) - (0.5 * (100.0 + 900)).squareRoot()) < 1e-6)
  }

  @Test("no detection and no beat counts twice, whatever the times")
  func conservation() {
    var lottery = Lottery(seed: 21)
    for _ in 0..<300 {
      func times() -> [Double] {
        (0..<Int(lottery.next() % 40)).map { _ in Double(lottery.next() % 10_000) / 1_000 }.sorted()
      }
      let (reference, detected) = (times(), times())
      let result = BeatComparison(reference: reference, detected: detected)
      #expect(result.truePositives + result.falseNegatives == reference.count)
      #expect(result.truePositives + result.falsePositives == detected.count)
      let mirrored = BeatComparison(reference: detected, detected: reference)
      #expect(mirrored.truePositives == result.truePositives)
    }
  }

  @Test("what lies in ventricular flutter does not count")
  func excluded() {
    let result = BeatComparison(
      reference: [1, 5, 9], detected: [1, 4, 6, 9], excluded: [3..<7])
    #expect(result.truePositives == 2 && result.falsePositives == 0 && result.falseNegatives == 0)
  }

  @Test("rates are fractions, and absent where there is nothing to divide by")
  func rates() {
    let none = BeatComparison()
    #expect(none.sensitivity == nil && none.positivePredictivity == nil && none.detectionErrorRate == nil)
    var sum = BeatComparison(reference: [1, 2, 3, 4], detected: [1, 2, 3])
    sum += BeatComparison(reference: [1], detected: [1, 3])
    #expect(sum.sensitivity == 0.8)
    #expect(sum.positivePredictivity == 0.8)
    #expect(sum.detectionErrorRate == 0.4)
  }

  @Test("an evaluation encodes records, gross and average under the documented keys")
  func json() throws {
    let evaluation = QRSEvaluation(
      toleranceMilliseconds: 150, lead: 0,
      records: [
        .init(record: "a", durationSeconds: 5, comparison: BeatComparison(reference: [1, 2], detected: [1])),
        .init(record: "b", durationSeconds: 5, comparison: BeatComparison(reference: [1], detected: [1])),
      ])
    let object = try JSONSerialization.jsonObject(with: JSONEncoder().encode(evaluation)) as? [String: Any]
    let records = try #require(object?["records"] as? [[String: Any]])
    #expect(records.map { $0["record"] as? String } == ["a", "b"])
    #expect(records[0]["sensitivity"] as? Double == 0.5)
    #expect(records[0]["falseNegatives"] as? Int == 1)
    let gross = try #require(object?["gross"] as? [String: Any])
    #expect(abs((gross["sensitivity"] as? Double ?? 0) - 2.0 / 3) < 1e-12)
    #expect(gross["truePositives"] as? Int == 2)
    let average = try #require(object?["average"] as? [String: Any])
    #expect(average["sensitivity"] as? Double == 0.75)
    for key in ["positivePredictivity", "detectionErrorRate", "rmsErrorMilliseconds", "falsePositives"] {
      #expect(gross[key] != nil && average[key] != nil && records[0][key] != nil)
    }
  }
}
