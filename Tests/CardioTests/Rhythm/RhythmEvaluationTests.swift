import Cardio
import Testing

@Suite("Evaluation of rhythms")
struct RhythmEvaluationTests {
  @Test("episodes and seconds of hand-made stretches")
  func spans() {
    let comparison = SpanComparison(reference: [0..<10, 20..<30, 50..<60], detected: [5..<22, 70..<80], excluded: [])
    #expect(comparison.reference == 3 && comparison.detected == 2)
    #expect(comparison.found == 2 && comparison.confirmed == 1)
    #expect(comparison.sharedSeconds == 7 && comparison.referenceSeconds == 30 && comparison.detectedSeconds == 27)
    #expect(comparison.episodeSensitivity == 2.0 / 3 && comparison.durationPredictivity == 7.0 / 27)
  }

  @Test("touching stretches are one episode, and what is excluded does not count")
  func merging() {
    let comparison = SpanComparison(reference: [0..<10, 10..<20], detected: [5..<15], excluded: [12..<30])
    #expect(comparison.reference == 1 && comparison.referenceSeconds == 12)
    #expect(comparison.detectedSeconds == 7 && comparison.sharedSeconds == 7)
    let nothing = SpanComparison(reference: [], detected: [])
    #expect(nothing.episodeSensitivity == nil && nothing.durationPredictivity == nil)
  }

  @Test("alarms in time, late, missing and false")
  func alarms() {
    let alarms = [
      AlarmComparison.Alarm(raised: 6, span: 2..<20), .init(raised: 62, span: 50..<70),
      .init(raised: 95, span: 90..<93),
      .init(raised: 203, span: 200..<210), .init(raised: 306, span: 300..<310),
    ]
    let comparison = AlarmComparison(
      reference: [0..<20, 50..<70, 90..<93, 120..<130], alarms: alarms, harmless: [], noise: [205..<220], seconds: 3600)
    #expect(comparison.episodes == 3 && comparison.alarmed == 2 && comparison.inTime == 1)
    #expect(comparison.delays == [6, 12])
    #expect(comparison.falseAlarms == 2 && comparison.falseAlarmsInReadableSignal == 1)
    #expect(comparison.falseAlarmsPerHour == 2)
  }

  @Test("F1 as the Challenge of 2017 counts it")
  func strips() {
    var evaluation = StripEvaluation()
    for _ in 0..<6 { evaluation.add(annotated: .atrialFibrillation, told: .atrialFibrillation) }
    for _ in 0..<2 { evaluation.add(annotated: .atrialFibrillation, told: .other) }
    evaluation.add(annotated: .normal, told: .atrialFibrillation)
    #expect(evaluation.f1(.atrialFibrillation) == 12.0 / 15)
    #expect(evaluation.f1(.noisy) == nil)
    #expect(StripEvaluation.labels(csv: "name,class\nA1,N\r\nA2,~\nA3,X\n") == ["A1": .normal, "A2": .noisy])
  }

  @Test("rhythm annotations become stretches, flutter marks too")
  func annotations() throws {
    let rate = try #require(SampleRate(hertz: 100))
    func rhythm(_ sample: Int, _ text: String) -> WFDBAnnotation {
      WFDBAnnotation(sample: sample, code: .rhythmChange, auxiliary: text)
    }
    let annotations = WFDBAnnotations([
      rhythm(0, "(N"), rhythm(1_000, "(AFIB"), rhythm(2_000, "MISSB"), rhythm(3_000, "(N"),
      WFDBAnnotation(sample: 4_000, code: .flutterStart), WFDBAnnotation(sample: 4_500, code: .flutterEnd),
    ])
    #expect(
      annotations.rhythms(rate: rate, end: 60) == [
        RhythmSpan(label: "N", seconds: 0..<10), RhythmSpan(label: "AFIB", seconds: 10..<30),
        RhythmSpan(label: "N", seconds: 30..<40), RhythmSpan(label: "VFL", seconds: 40..<45),
        RhythmSpan(label: "N", seconds: 45..<60),
      ])
  }
}
