import Cardio
import Foundation
import Inference
import Testing

@Suite("Beat evaluation")
struct BeatEvaluationTests {
  private let model = ListedModel(answers: [BeatJudgement(beatClass: .normal, abnormalProbability: 0.1)])

  private func evaluation(_ records: [String]) -> BeatEvaluation {
    BeatEvaluation(
      records.enumerated().map { ("r\($0)", MadePredictions.named($1, record: "r\($0)")) },
      conditions: .init(model: model, rPeaks: .detected, lead: 0))
  }

  @Test("gross figures count every beat alike; what no model can answer for is told")
  func gross() {
    let result = evaluation(["N>N N>N N>N V>V V>x", "V>N .>N", "S>S S>? .>V N>x"])
    #expect(result.gross[.ventricular].sensitivity == 1.0 / 3)
    #expect(result.gross.missedBeats == 2)
    #expect(result.gross.falseBeats == 2)
    #expect(result.gross.unreadable == 1)
    #expect(result.records.map(\.record) == ["r0", "r1", "r2"])
    #expect(result.records[1].figures[.ventricular].sensitivity == 0)
    #expect(result.records[1].figures.binary.auc == nil)
  }

  @Test("intervals are the same every time, hold the figure, and are a point when all records agree")
  func bootstrap() throws {
    let records = ["N>N V>V N>N V>N", "N>N V>V N>V", "N>N N>N V>V S>S S>N", "V>V V>V N>N"]
    let first = try #require(evaluation(records).intervals)
    #expect(evaluation(records).intervals == first)
    #expect(first.resamples == 1_000)
    let interval = try #require(first["classes", "V", "sensitivity"])
    let value = try #require(evaluation(records).gross[.ventricular].sensitivity)
    #expect(interval.lower < value && value <= interval.upper && interval.upper <= 1)
    let alike = try #require(evaluation(["N>N V>V V>N", "N>N V>V V>N"]).intervals?["classes", "V", "sensitivity"])
    #expect(alike.lower == 0.5 && alike.upper == 0.5)
    #expect(evaluation(["N>N V>V"]).intervals == nil)
    let other = RecordBootstrap(
      records.map { BeatTally(MadePredictions.named($0), threshold: 0.5) },
      ranking: AbnormalRanking(records.map { MadePredictions.named($0) }), threshold: 0.5, seed: 2)
    #expect(other?.intervals != first.intervals)
  }

  @Test("two records: each interval's bounds are those of one record alone")
  func twoRecords() throws {
    let intervals = try #require(evaluation(["V>V V>V", "V>N V>V"]).intervals)
    let interval = try #require(intervals["classes", "V", "sensitivity"])
    // Either record is drawn twice in a quarter of the draws.
    #expect(interval.lower == 0.5 && interval.upper == 1)
  }

  @Test("JSON has the documented names, records first by name, and null where undefined")
  func json() throws {
    let text = evaluation(["N>N V>V .>V Q>x", "N>N"]).json.text
    let object = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    let records = try #require(object["records"] as? [[String: Any]])
    #expect(records.map { $0["record"] as? String } == ["r0", "r1"])
    let gross = try #require(object["gross"] as? [String: Any])
    let classes = try #require(gross["classes"] as? [String: [String: Any]])
    #expect(Set(classes.keys) == ["N", "S", "V", "F", "Q"])
    #expect(classes["V"]?["positivePredictivity"] as? Double == 0.5)
    #expect(classes["S"]?["sensitivity"] is NSNull)
    let confusion = try #require(gross["confusion"] as? [String: [String: Int]])
    #expect(confusion["none"]?["V"] == 1 && confusion["Q"]?["missed"] == 1 && confusion["V"]?["V"] == 1)
    let binary = try #require(gross["binary"] as? [String: Any])
    #expect(Set(binary.keys) == ["auc", "accuracy", "precision", "recall", "specificity", "f1", "threshold"])
    #expect(gross["missedBeats"] as? Int == 1 && gross["falseBeats"] as? Int == 1 && gross["unreadable"] as? Int == 0)
    let intervals = try #require(object["intervals"] as? [String: Any])
    #expect((intervals["accuracy"] as? [Double])?.count == 2)
    let place = try #require(text.range(of: "\"records\""))
    #expect(
      text[place.upperBound...].drop { $0 != "{" }.dropFirst().trimmingPrefix { $0.isWhitespace }
        .hasPrefix("\"record\": \"r0\""))
    #expect(
      try JSONSerialization.jsonObject(
        with: Data(OrderedJSON.string("a\"\\\n\u{1}é").text.utf8),
        options: .fragmentsAllowed) as? String == "a\"\\\n\u{1}é")
  }

  @Test("the table names every record and tells why there are no classes")
  func table() {
    let table = evaluation(["N>N V>V", "N>V"]).table
    #expect(table.contains("\nr0 ") && table.contains("\nr1 ") && table.contains("\ngross "))
    let binary = BeatEvaluation(
      [("a", MadePredictions.scored([(true, 0.9), (false, 0.2)]))],
      conditions: .init(
        model: ReferenceStandIn(), rPeaks: .detected, lead: 0))
    #expect(binary.table.contains("No classes: only one output."))
    #expect(binary.gross.binary.auc == 1)
  }

  private struct ReferenceStandIn: JudgingModel {
    let name = "one output"
    let threshold: Float = 0.5
    let reasonForNoClasses: String? = "only one output"
    func makeJudge() -> any BeatJudge { ListedModel(answers: [.unreadable]).makeJudge() }
  }
}
