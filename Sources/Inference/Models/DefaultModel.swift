public import Cardio
import Foundation

/// The default network: a beat, its difference from the patient's running normal beat, and its place in the rhythm in; the
/// probabilities of the AAMI classes N, S, V, F, Q out.
///
/// Three members of one shape, whose last sums are averaged: Conv 24×7/2 – 32×5/2 – 48×5/2 with ReLU (BatchNorm folded by the
/// trainer), positions 187 → 94 → 47 → 24; their mean, maximum and eight channels of each position to Dense 48; the measures of
/// `BeatContext`, standardised and limited, to Dense 48; both to Dense 48 and Dense 5. Softmax of the calibrated sums are the
/// probabilities. Architecture and training: `Training/DEFAULT_MODEL_CARD.md`.
public struct DefaultModel: Sendable {
  /// The value of `model` in the weights file's metadata.
  public static let identifier = "sealedbeat-default-1"

  /// Floats needed as scratch.
  public let scratchCapacity: Int
  /// The kernels that run it.
  public let path: KernelPath
  /// What is added to the logarithms of the probabilities before the most likely class is told, in the order N, S, V, F, Q;
  /// chosen on patients held out, because a rare class would seldom be told otherwise.
  public let decisionOffsets: [Float]

  private let members: [DefaultModelMember]
  private let mean: [Float]
  private let scale: [Float]
  private let calibrationScale: [Float]
  private let calibrationBias: [Float]
  private let signals: Int
  private let measures: Int
  private let sums: Int

  /// Standardised measures are limited to this.
  private static let measureLimit: Float = 4
  private static let classCount = BeatClass.allCases.count
  /// More members than this are not a network of ours.
  private static let maximumMembers = 8

  /// Takes the weights from a checked file.
  ///
  /// - Parameters:
  ///   - file: tensors `member0.conv1.weight` … as `Training/beat_network.py` writes them, all F32; metadata `model` and
  ///     `decision_offsets` (five numbers, comma-separated).
  ///   - path: the kernels to run on.
  /// - Throws: ``WeightsError``.
  public init(_ file: SafetensorsFile, path: KernelPath = .best) throws(WeightsError) {
    guard file.metadata["model"] == Self.identifier else {
      throw WeightsError(.unknownModel, "'\(file.metadata["model"] ?? "")' is not \(Self.identifier)", at: "metadata")
    }
    let offsets = (file.metadata["decision_offsets"] ?? "").split(separator: ",").compactMap { Float($0) }
    guard offsets.count == Self.classCount, offsets.allSatisfy({ abs($0) <= 10 }) else {
      throw WeightsError(.invalidMetadata, "decision_offsets must be five numbers within ±10", at: "metadata")
    }
    let count = (0..<Self.maximumMembers).prefix { file.tensors["member\($0).conv1.weight"] != nil }.count
    guard count > 0 else { throw WeightsError(.missingTensor, "the model needs it", at: "member0.conv1.weight") }
    let known = Set((0..<count).flatMap { DefaultModelMember.tensorNames("member\($0)") } + Self.sharedTensors)
    if let name = file.tensors.keys.sorted().first(where: { !known.contains($0) }) {
      throw WeightsError(.unexpectedTensor, "the default network has no such tensor", at: name)
    }
    self.path = path
    decisionOffsets = offsets
    mean = try file.floats("measures.mean", shape: [BeatContext.measureCount])
    scale = try file.floats("measures.scale", shape: [BeatContext.measureCount])
    calibrationScale = try file.floats("calibration.scale", shape: [Self.classCount])
    calibrationBias = try file.floats("calibration.bias", shape: [Self.classCount])
    var members: [DefaultModelMember] = []
    for index in 0..<count { members.append(try DefaultModelMember(file, prefix: "member\(index)", path: path)) }
    self.members = members
    var plan = ScratchPlan()
    signals = plan.input(of: members[0].input)
    measures = plan.floats(BeatContext.measureCount)
    sums = plan.floats(Self.classCount * count)
    scratchCapacity = plan.capacity + members[0].scratchCapacity
  }

  private static let sharedTensors = ["measures.mean", "measures.scale", "calibration.scale", "calibration.bias"]

  /// Memory to judge in; one for each thread of work.
  public func makeScratch() -> InferenceScratch { InferenceScratch(capacity: scratchCapacity) }

  /// The probabilities of a beat in its context. Allocates nothing.
  ///
  /// - Parameters:
  ///   - context: the beat's context.
  ///   - scratch: from ``makeScratch()`` of this model.
  /// - Returns: five numbers of sum 1.
  public func probabilities(of context: BeatContext, scratch: inout InferenceScratch) -> ClassProbabilities {
    precondition(scratch.capacity >= scratchCapacity, "the scratch is of another model")
    let floats = scratch.floats
    context.signals.withUnsafeBufferPointer {
      (floats + signals).update(from: $0.baseAddress.unsafelyUnwrapped, count: $0.count)
    }
    for index in 0..<BeatContext.measureCount {
      let value = (context.measures[index] - mean[index]) * scale[index]
      floats[measures + index] = max(-Self.measureLimit, min(Self.measureLimit, value))
    }
    return probabilities(floats)
  }

  /// The class to tell.
  public func decision(_ probabilities: ClassProbabilities) -> BeatClass {
    var best = BeatClass.normal
    var highest = -Float.infinity
    for beatClass in BeatClass.allCases {
      let value = log(probabilities[beatClass] + 1e-12) + decisionOffsets[beatClass.index]
      if value > highest { (best, highest) = (beatClass, value) }
    }
    return best
  }

  private func probabilities(_ floats: UnsafeMutablePointer<Float>) -> ClassProbabilities {
    let work = floats + (scratchCapacity - members[0].scratchCapacity)
    for (index, member) in members.enumerated() {
      member.apply(
        signals: floats + signals, measures: floats + measures, into: floats + sums + index * Self.classCount,
        work: work)
    }
    let result = UnsafeMutableBufferPointer(start: floats + sums, count: Self.classCount)
    for index in 0..<Self.classCount {
      var sum: Float = 0
      for member in members.indices { sum += floats[sums + member * Self.classCount + index] }
      result[index] = sum / Float(members.count) * calibrationScale[index] + calibrationBias[index]
    }
    OutputActivation.softmax(result)
    return ClassProbabilities(
      normal: result[0], supraventricular: result[1], ventricular: result[2], fusion: result[3], unknown: result[4])
  }
}
