import Cardio
import Inference
import Testing

@Suite("Judged beats and their annotations")
struct BeatPairingTests {
  private func beat(at seconds: Double) -> SegmentedBeat {
    let window = BeatWindow(samples: [Float](repeating: 0, count: BeatWindow.count))
    return SegmentedBeat(
      beat: Beat(position: seconds * 125, amplitude: Microvolts(1), rrSeconds: nil, quality: 0.75),
      // 187 finite samples are a window.
      window: window!, previousRR: nil, nextRR: nil)
  }

  private func annotation(_ sample: Int, _ symbol: String) -> WFDBAnnotation {
    WFDBAnnotation(sample: sample, code: WFDBAnnotation.Code(symbol: symbol) ?? .rhythmChange)
  }

  private func pairing(_ seconds: [Double], _ annotations: [WFDBAnnotation]) throws -> [BeatPrediction] {
    let judgement = BeatJudgement(beatClass: .ventricular, abnormalProbability: 0.8)
    return BeatPrediction.pairing(
      record: "r", beats: seconds.map(beat), judgements: seconds.map { _ in judgement },
      annotations: WFDBAnnotations(annotations), rate: try #require(SampleRate(hertz: 360)))
  }

  @Test("found, missed and false beats, at the record's own rate")
  func kinds() throws {
    let lines = try pairing(
      [1.01, 2.5], [annotation(360, "N"), annotation(500, "+"), annotation(720, "V"), annotation(1_080, "/")])
    #expect(lines.map(\.reference) == [.normal, .ventricular, nil, .unknown])
    #expect(lines.map(\.sample) == [364, 720, 900, 1_080])
    #expect(lines.map { $0.judgement == nil } == [false, true, false, true])
    #expect(
      lines.map(\.csv) == [
        "r,364,N,V,,,,,,0.8,0.75", "r,720,V,missed,,,,,,,", "r,900,,V,,,,,,0.8,0.75", "r,1080,Q,missed,,,,,,,",
      ])
  }

  @Test("ventricular flutter does not count")
  func flutter() throws {
    let lines = try pairing(
      [1, 3, 5], [annotation(360, "N"), annotation(720, "["), annotation(1_440, "]"), annotation(1_800, "N")])
    #expect(lines.map(\.sample) == [360, 1_800])
  }

  @Test("a late judge answers every beat, in order")
  func lateJudge() {
    let beats = (0..<7).map { beat(at: Double($0)) }
    let answers = (0..<7).map { BeatJudgement(abnormalProbability: Float($0) / 10) }
    for delay in [0, 1, 3, 20] {
      #expect(ListedModel(answers: answers, delay: delay).judgements(of: beats) == answers)
    }
  }

  @Test("the reference network judges a window as its classifier does, and tells no classes")
  func reference() throws {
    var patient = SyntheticPatient(preset: .pvc, seed: 5)
    let beats = RecordReplay.analyse(patient.next(125 * 60).microvolts.map { Int16($0) })
    let classifier = try BeatClassifier()
    let model = AbnormalityModel(classifier)
    var scratch = classifier.makeScratch()
    let judgements = model.judgements(of: beats)
    #expect(judgements.count == beats.count && judgements.count > 50)
    for (beat, judgement) in zip(beats, judgements) {
      let expected = beat.window.samples.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
      #expect(judgement.abnormalProbability == expected && judgement.beatClass == nil)
    }
    #expect(model.reasonForNoClasses != nil && model.name == ReferenceModel.identifier)
  }
}
