import Foundation
import Inference
import Testing

/// The engine against the training framework's own output, window by window.
@Suite struct GoldenSetTests {
  struct GoldenSet: Decodable {
    struct Case: Decodable {
      var name: String
      var probability: Float
      var window: [Float]
    }
    var model: String
    var tolerance: Float
    var cases: [Case]
  }

  static func load() throws -> GoldenSet {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Vectors/inference-golden.json")
    return try JSONDecoder().decode(GoldenSet.self, from: Data(contentsOf: url))
  }

  @Test(arguments: KernelPath.supported)
  func everyWindowAgreesWithTheFramework(path: KernelPath) throws {
    let golden = try Self.load()
    #expect(golden.model == ReferenceModel.identifier)
    #expect(golden.tolerance <= 1e-5)
    #expect(golden.cases.count >= 32)
    let classifier = try BeatClassifier(path: path)
    var scratch = classifier.makeScratch()
    for beat in golden.cases {
      let probability = beat.window.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
      let difference = abs(probability - beat.probability)
      #expect(difference <= 1e-5, "\(beat.name): \(probability) instead of \(beat.probability)")
    }
  }

  @Test func theSetTellsBeatsApart() throws {
    // A set of which every answer is the same would agree with a broken engine.
    let probabilities = try Self.load().cases.map(\.probability)
    #expect(Set(probabilities).count > probabilities.count / 2)
  }

  @Test func scratchCarriesNothingFromBeatToBeat() throws {
    let golden = try Self.load()
    let classifier = try BeatClassifier()
    var shared = classifier.makeScratch()
    func classify(_ window: [Float], _ scratch: inout InferenceScratch) -> Float {
      window.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
    }
    let forwards = golden.cases.map { classify($0.window, &shared) }
    let backwards = golden.cases.reversed().map { classify($0.window, &shared) }
    #expect(forwards == backwards.reversed())
    for (index, beat) in golden.cases.enumerated() {
      var fresh = classifier.makeScratch()
      #expect(classify(beat.window, &fresh) == forwards[index])
    }
  }
}
