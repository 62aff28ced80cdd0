import Cardio
import Foundation
import Holter
import Inference

/// Recordings of synthetic patients.
enum MadeRecordings {
  /// Analyses `seconds` of a patient in one piece, or in blocks of `block` samples.
  static func recording(
    _ preset: SyntheticPatient.Preset, seconds: Int, model: any JudgingModel, block: Int = 10_000,
    name: String = "made",
    lead: String = "II", startOfDay: Double? = nil, missing: [Range<Int>] = []
  ) throws -> (recording: HolterRecording, microvolts: [Float], truth: [SyntheticBeat]) {
    var patient = SyntheticPatient(preset: preset, seed: 21)
    let signal = patient.next(125 * seconds)
    var analysis = try HolterAnalysis(rate: .analysis, model: model)
    var start = 0
    while start < signal.microvolts.count {
      let end = min(start + block, signal.microvolts.count)
      // As from a file, a gap is known once its samples were read.
      analysis.process(Array(signal.microvolts[start..<end]), missing: missing.filter { $0.upperBound <= end })
      start = end
    }
    let recording = HolterRecording(
      source: HolterRecording.Source(name: name, lead: lead, signal: 0, rate: .analysis, startOfDay: startOfDay),
      judging: HolterRecording.Judging(model), findings: analysis.finish())
    return (recording, signal.microvolts, signal.beats)
  }

  /// The signal between two times of an array.
  static func signal(_ microvolts: [Float]) -> (Range<Double>) -> [Float] {
    { range in
      Array(microvolts[max(0, Int(range.lowerBound * 125))..<min(microvolts.count, Int(range.upperBound * 125))])
    }
  }
}

/// Calls a beat V when its QRS complex is wide and high, as a synthetic patient's ventricular beats are; everything else N.
struct ShapeModel: JudgingModel {
  let name = "shape"
  let threshold: Float = 0.5
  var reasonForNoClasses: String? = nil
  /// Beats by which the judge is late.
  var delay = 0

  func makeJudge() -> any BeatJudge { Judge(delay: delay, tellsClasses: reasonForNoClasses == nil) }

  private final class Judge: BeatJudge {
    private let delay: Int
    private let tellsClasses: Bool
    private var waiting: [BeatJudgement] = []

    init(delay: Int, tellsClasses: Bool) {
      self.delay = delay
      self.tellsClasses = tellsClasses
    }

    func judge(_ beat: SegmentedBeat, into judgements: inout [BeatJudgement]) {
      let peak = beat.window.samples[BeatWindow.rIndex - 5...BeatWindow.rIndex + 5]
      let high = peak.count { $0 > 500 }
      let isVentricular = high >= 6
      waiting.append(
        BeatJudgement(
          beatClass: tellsClasses ? (isVentricular ? .ventricular : .normal) : nil,
          abnormalProbability: isVentricular ? 0.95 : 0.05))
      while waiting.count > delay { judgements.append(waiting.removeFirst()) }
    }

    func finish(into judgements: inout [BeatJudgement]) {
      judgements += waiting
      waiting = []
    }
  }
}
