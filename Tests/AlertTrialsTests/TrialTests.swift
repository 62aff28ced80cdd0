import AlertPolicy
import AlertTrials
import Cardio
import Findings
import Foundation
import Inference
import Testing

@Suite("A trial on a made recording")
struct TrialTests {
  private func trial(
    _ preset: SyntheticPatient.Preset, _ symbol: (SyntheticBeat) -> String,
    policy: AlertPolicyConfiguration = AlertPolicyConfiguration()
  ) throws -> TrialRecord {
    var patient = SyntheticPatient(preset: preset, seed: 21)
    let signal = patient.next(90 * 125)
    let samples = signal.microvolts.map { Int16(max(-32_000, min(32_000, $0.rounded()))) }
    let session = try RecordedSession(samples, model: ModelWeights.bundledDefault.loadJudging())
    let readers = WFDBAnnotations(
      try signal.beats.map {
        WFDBAnnotation(sample: Int($0.position), code: try #require(WFDBAnnotation.Code(symbol: symbol($0))))
      })
    return TrialRecord(
      name: "\(preset)", session: session,
      annotated: AnnotatedRecording(readers, rate: .analysis, seconds: session.seconds), policy: policy)
  }

  @Test("an alert carries its numbers, its times are in order, and the sums are those of the records")
  func report() throws {
    let record = try trial(.bigeminy) { $0.beatClass == .ventricular ? "V" : "N" }
    let alert = try #require(record.alerts.first)
    #expect(alert.onsetSeconds < alert.toldSeconds && alert.toldSeconds <= 90)
    #expect(alert.endSeconds >= alert.onsetSeconds)
    #expect(!alert.evidence.isEmpty && !alert.explanation.isEmpty)
    let report = TrialReport([record, try trial(.normal) { _ in "N" }])
    #expect(report.total.alerts == report.records.reduce(0) { $0 + $1.alerts.count })
    #expect(abs(report.total.hours - 0.05) < 1e-9)
    #expect(report.table.contains("total"))
    let json = try JSONEncoder().encode(report)
    #expect(try JSONSerialization.jsonObject(with: json) is [String: Any])
  }

  @Test("what the readers did not see is a false alert")
  func refuted() throws {
    var policy = AlertPolicyConfiguration()
    policy.sustainedAbnormalRhythm.minimumBeats = 10
    let seen = try trial(.bigeminy, { $0.beatClass == .ventricular ? "V" : "N" }, policy: policy)
    let unseen = try trial(.bigeminy, { _ in "N" }, policy: policy)
    #expect(seen.alerts.map(\.rule) == unseen.alerts.map(\.rule))
    #expect(seen.falseAlerts == 0)
    #expect(unseen.falseAlerts == unseen.alerts.count)
  }

  @Test(
    "five supraventricular beats in a row confirm a tachycardia where readers annotate no rhythm; four do not, nor do five with another between"
  )
  func supraventricularRuns() throws {
    func confirms(_ symbols: String) throws -> Bool? {
      let beats = try symbols.enumerated().map { place, symbol in
        WFDBAnnotation(sample: 100 + place * 50, code: try #require(WFDBAnnotation.Code(symbol: String(symbol))))
      }
      return AnnotatedRecording(WFDBAnnotations(beats), rate: .analysis, seconds: 60)
        .confirms(.supraventricularTachycardia, in: 0..<60)
    }
    #expect(try confirms("NNSSSSSNN") == true)
    #expect(try confirms("NNSSSSNN") == false)
    #expect(try confirms("NSSSNSSN") == false)
  }
}
