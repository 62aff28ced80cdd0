import Cardio
import Inference

/// What a beat costs in the default network, alone and with the context that is made for it.
struct DefaultModelBenchmark {
  /// Beats of a block.
  private static let block = 64

  let paths: [KernelPath]
  let repetitions: Int

  /// One result for the network and one for context and network together, for each path. Blocks of all alternate.
  func run() throws -> [InferenceReport.Result] {
    let beats = Self.beats()
    var patient = PatientContext()
    let contexts = beats.map { patient.describe($0) }
    let models = try paths.map { try DefaultModel(ModelWeights.bundledDefault.load(), path: $0) }
    var alone = models.map { _ in [Double]() }
    var together = alone
    var sum: Float = 0
    var context = BeatContext()
    for repetition in 0...repetitions {
      for (index, model) in models.enumerated() {
        var scratch = model.makeScratch()
        func block(_ judge: (Int) -> Float) -> Double {
          // Twice: the first time brings weights and code back to the caches.
          for beat in beats.indices { sum += judge(beat) }
          let start = ContinuousClock.now
          for beat in beats.indices { sum += judge(beat) }
          let time = ContinuousClock.now - start
          return Double(time.components.attoseconds) / 1e12 / Double(beats.count)
        }
        let network = block { model.probabilities(of: contexts[$0], scratch: &scratch)[.normal] }
        let both = block {
          patient.describe(beats[$0], into: &context)
          return model.probabilities(of: context, scratch: &scratch)[.normal]
        }
        guard repetition > 0 else { continue }
        alone[index].append(network)
        together[index].append(both)
      }
    }
    precondition(sum.isFinite, "the network answered nothing")
    return models.indices.flatMap { index in
      [("", alone[index]), ("+context", together[index])].map { suffix, times in
        InferenceReport.Result(
          model: DefaultModel.identifier + suffix, precision: .float32, kernel: paths[index], batch: 1,
          microseconds: times)
      }
    }
  }

  /// Beats of a synthetic patient with ectopy.
  private static func beats() -> [SegmentedBeat] {
    var patient = SyntheticPatient(preset: .bigeminy, seed: 1)
    let samples = patient.next(125 * 120).microvolts.map { Int16(max(-32_000, min(32_000, $0))) }
    return Array(RecordReplay.analyse(samples).prefix(block))
  }
}
