import Cardio
import Holter
import Inference
import Testing

@Suite("Findings as WFDB annotations")
struct HolterAnnotationsTests {
  private func episode(_ rhythm: Rhythm, _ onset: Double, _ offset: Double) -> RhythmEpisode {
    RhythmEpisode(rhythm: rhythm, onset: onset, offset: offset, beats: 3)
  }

  @Test("of overlapping episodes the gravest is told, and what comes back is told again")
  func changes() {
    let changes = HolterAnnotations.rhythmChanges([
      episode(.atrialFibrillation, 100, 900), episode(.ventricularTachycardia, 300, 400), episode(.pause, 500, 700),
      episode(.bradycardia, 800, 1_000), episode(.trigeminy, 1_000, 1_200), episode(.bigeminy, 1_500, 1_500),
    ])
    #expect(changes.map(\.text) == ["(N", "(AFIB", "(VT", "(AFIB", "(SBR", "(T", "(N"])
    #expect(changes.map(\.position) == [0, 100, 300, 400, 900, 1_000, 1_200])
    #expect(HolterAnnotations.rhythmChanges([episode(.atrialFibrillation, 0, 10)]).map(\.text) == ["(AFIB", "(N"])
  }

  @Test("every beat is there in the recording's own samples, and pauses are remarks")
  func beats() throws {
    let recording = try MadeRecordings.recording(.pauses, seconds: 120, model: ShapeModel()).recording
    let rate = try #require(SampleRate(hertz: 360))
    let annotations = HolterAnnotations.annotations(of: recording.findings, rate: rate)
    let beats = annotations.filter { $0.code.beatClass != nil }
    #expect(beats.count == recording.findings.beats.count)
    for (annotation, beat) in zip(beats, recording.findings.beats) {
      #expect(abs(Double(annotation.sample) / 360 - beat.seconds) <= 0.5 / 360 + 1e-9)
    }
    let remarks = annotations.filter { $0.code.symbol == "\"" }
    #expect(remarks.count >= 3 && remarks.allSatisfy { $0.auxiliary.hasPrefix("pause 3.") })
    #expect(annotations.first?.auxiliary == "(N")
    let bytes = try WFDBAnnotationWriter.bytes(of: annotations, file: "made.sbt")
    #expect(try WFDBAnnotations(parsing: bytes, file: "made.sbt").annotations == annotations)
  }

  @Test("a model without classes marks what it calls abnormal as unclassified")
  func withoutClasses() throws {
    let recording = try MadeRecordings.recording(
      .pvc, seconds: 60, model: ShapeModel(reasonForNoClasses: "one output")
    ).recording
    let symbols = Set(
      HolterAnnotations.annotations(of: recording.findings, rate: .analysis).filter { $0.code.beatClass != nil }
        .map(\.code.symbol))
    #expect(symbols == ["N", "Q"])
  }
}
