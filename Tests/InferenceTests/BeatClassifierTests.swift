import Foundation
import Inference
import Testing

@Suite struct BeatClassifierTests {
  private func classify(_ window: [Float], threshold: Float = 0.5) throws -> (probability: Float, isAbnormal: Bool) {
    let classifier = try BeatClassifier(threshold: threshold)
    var scratch = classifier.makeScratch()
    let probability = window.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) }
    return (probability, classifier.isAbnormal(probability))
  }

  @Test(arguments: [Float.nan, .signalingNaN, .infinity, -.infinity, .greatestFiniteMagnitude], [0, 93, 186])
  func aWindowThatIsNotFiniteHasNoAnswer(value: Float, position: Int) throws {
    var window = [Float](repeating: -Float.greatestFiniteMagnitude / 1000, count: 187)
    window[position] = value
    let answer = try classify(window)
    #expect(answer.probability.isNaN)
    #expect(!answer.isAbnormal)
  }

  @Test func extremeAmplitudesStayProbabilities() throws {
    let amplitudes: [Float] = [1e-30, 1, 1e30, 1e35]
    for amplitude in amplitudes {
      let window = (0..<187).map { $0 % 7 == 0 ? amplitude : -amplitude }
      let probability = try classify(window).probability
      #expect((0...1).contains(probability), "amplitude \(amplitude) gives \(probability)")
    }
  }

  @Test func gainAndOffsetDoNotMatterToTheReferenceNetwork() throws {
    let window = (0..<187).map { Float(512 * ($0 % 11)) }
    let transformed = window.map { $0 * 4 - 1024 }
    #expect(try classify(window).probability == classify(transformed).probability)
  }

  @Test func theThresholdDecides() throws {
    let window = (0..<187).map { Float($0 % 13) }
    let probability = try classify(window).probability
    #expect(try classify(window, threshold: probability).isAbnormal)
    #expect(try !classify(window, threshold: min(1, probability.nextUp)).isAbnormal)
  }

  @Test func manyTasksShareOneClassifier() async throws {
    let classifier = try BeatClassifier()
    let windows = (0..<64).map { beat in (0..<187).map { Float(($0 * (beat + 3)) % 101) } }
    @Sendable func classifyAll() -> [Float] {
      var scratch = classifier.makeScratch()
      return windows.map { $0.withUnsafeBufferPointer { classifier.classify(window: $0, scratch: &scratch) } }
    }
    let expected = classifyAll()
    await withTaskGroup(of: [Float].self) { group in
      for _ in 0..<4 { group.addTask { classifyAll() } }
      for await answers in group { #expect(answers == expected) }
    }
  }

  @Test func weightsComeFromAFileToo() throws {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("weights-\(UUID().uuidString)").path
    #expect(throws: WeightsError(code: .unreadable)) { try BeatClassifier(weights: .file(path: path)) }
    #expect(throws: WeightsError(code: .unreadable)) {
      try BeatClassifier(weights: .file(path: NSTemporaryDirectory()))
    }
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Data(WeightsSample.bundled).write(to: URL(fileURLWithPath: path))
    let classifier = try BeatClassifier(weights: .file(path: path))
    #expect(classifier.windowLength == 187)
  }

  @Test func anEndlessFileIsRefused() throws {
    #expect(throws: WeightsError(code: .fileTooLarge)) { try BeatClassifier(weights: .file(path: "/dev/zero")) }
  }
}
