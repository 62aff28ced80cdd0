import Cardio
import Foundation
import Inference
import Testing

/// The default network against the training framework's own output, and as a judge.
@Suite struct DefaultModelTests {
  struct GoldenSet: Decodable {
    struct Case: Decodable {
      var name: String
      var probabilities: [Float]
      var signals: [Float]
      var measures: [Float]
    }
    var model: String
    var tolerance: Float
    var cases: [Case]
  }

  static func golden() throws -> GoldenSet {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Vectors/inference-default-golden.json")
    return try JSONDecoder().decode(GoldenSet.self, from: Data(contentsOf: url))
  }

  static func model(path: KernelPath = .best) throws -> DefaultModel {
    try DefaultModel(ModelWeights.bundledDefault.load(), path: path)
  }

  @Test(arguments: KernelPath.supported)
  func everyContextAgreesWithTheFramework(path: KernelPath) throws {
    let golden = try Self.golden()
    #expect(golden.model == DefaultModel.identifier)
    #expect(golden.tolerance <= 2e-5 && golden.cases.count >= 20)
    let model = try Self.model(path: path)
    var scratch = model.makeScratch()
    var told: Set<BeatClass> = []
    for beat in golden.cases {
      let context = try #require(BeatContext(signals: beat.signals, measures: beat.measures))
      let probabilities = model.probabilities(of: context, scratch: &scratch)
      for beatClass in BeatClass.allCases {
        let expected = beat.probabilities[beatClass.index]
        let difference = abs(probabilities[beatClass] - expected)
        #expect(difference <= golden.tolerance, "\(beat.name), \(beatClass): \(difference)")
      }
      told.insert(model.decision(probabilities))
    }
    // A set of which every answer is the same would agree with a broken engine.
    #expect(told.count >= 2)
  }

  @Test func probabilitiesAddUpAndTheScratchCarriesNothing() throws {
    let model = try Self.model()
    var shared = model.makeScratch()
    let cases = try Self.golden().cases.compactMap { BeatContext(signals: $0.signals, measures: $0.measures) }
    let forwards = cases.map { model.probabilities(of: $0, scratch: &shared) }
    let backwards = cases.reversed().map { model.probabilities(of: $0, scratch: &shared) }
    #expect(forwards == backwards.reversed())
    for probabilities in forwards {
      #expect(abs(BeatClass.allCases.reduce(0) { $0 + probabilities[$1] } - 1) < 1e-5)
    }
  }

  @Test func aBeatOfPoorQualityIsUnreadable() throws {
    let model = ContextModel(try Self.model())
    var scratch = model.makeScratch()
    let context = BeatContext()
    func judgement(quality: Float) throws -> BeatJudgement {
      let window = try #require(BeatWindow(samples: [Float](repeating: 0, count: BeatWindow.count)))
      let beat = Beat(position: 0, amplitude: Microvolts(0), rrSeconds: nil, quality: quality)
      return model.judge(
        SegmentedBeat(beat: beat, window: window, previousRR: nil, nextRR: nil), in: context, scratch: &scratch)
    }
    #expect(try judgement(quality: ContextModel.defaultQualityGate / 2).isUnreadable)
    let readable = try judgement(quality: 1)
    #expect(!readable.isUnreadable && readable.beatClass != nil)
    #expect(readable.abnormalProbability.map { (0...1).contains($0) } == true)
  }

  @Test func decisionOffsetsMoveTheDecisionAndNotTheProbabilities() throws {
    let model = try Self.model()
    let even = ClassProbabilities(normal: 0.2, supraventricular: 0.2, ventricular: 0.2, fusion: 0.2, unknown: 0.2)
    let preferred = try #require(
      model.decisionOffsets.indices.max { model.decisionOffsets[$0] < model.decisionOffsets[$1] })
    #expect(model.decision(even).index == preferred)
    let certain = ClassProbabilities(normal: 0, supraventricular: 0, ventricular: 1, fusion: 0, unknown: 0)
    #expect(model.decision(certain) == .ventricular)
  }

  @Test func theWeightsSayForWhichNetworkTheyAre() throws {
    #expect(try ModelWeights.bundledDefault.loadJudging().name == DefaultModel.identifier)
    #expect(try ModelWeights.bundledReference.loadJudging().name == ReferenceModel.identifier)
    #expect(throws: WeightsError.self) { try DefaultModel(ModelWeights.bundledReference.load()) }
  }

  @Test(arguments: ["measures.scale", "member0.conv2.weight", "member1.output.bias", "calibration.bias"])
  func aTensorMissingOrOfAnotherShapeIsRefused(name: String) throws {
    let file = try ModelWeights.bundledDefault.load()
    func rewritten(_ change: (String, [Int], [Float]) -> ([Int], [Float])?) throws -> SafetensorsFile {
      var writer = SafetensorsWriter(metadata: file.metadata)
      for tensor in file.tensors.values.sorted(by: { $0.name < $1.name }) {
        let values = try file.floats(tensor.name, shape: tensor.shape)
        if let (shape, values) = change(tensor.name, tensor.shape, values) {
          writer.append(tensor.name, shape: shape, values)
        }
      }
      return try SafetensorsFile(bytes: Array(writer.encoded()))
    }
    _ = try DefaultModel(rewritten { ($1, $2) })
    #expect(throws: WeightsError.self) { try DefaultModel(rewritten { $0 == name ? nil : ($1, $2) }) }
    #expect(throws: WeightsError.self) {
      try DefaultModel(rewritten { $0 == name ? ($1 + [1, 1], $2) : ($1, $2) })
    }
  }

  @Test func decisionOffsetsThatAreNoNumbersAreRefused() throws {
    let file = try ModelWeights.bundledDefault.load()
    for offsets in ["", "0,0", "0,0,0,0,x", "0,0,0,0,nan", "0,0,0,0,1e30"] {
      var metadata = file.metadata
      metadata["decision_offsets"] = offsets
      var writer = SafetensorsWriter(metadata: metadata)
      for tensor in file.tensors.values.sorted(by: { $0.name < $1.name }) {
        writer.append(tensor.name, shape: tensor.shape, try file.floats(tensor.name, shape: tensor.shape))
      }
      let bytes = Array(writer.encoded())
      #expect(throws: WeightsError.self) { try DefaultModel(SafetensorsFile(bytes: bytes)) }
    }
  }
}
