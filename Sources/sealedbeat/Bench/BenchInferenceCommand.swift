import ArgumentParser
import Foundation
import Inference

/// `sealedbeat bench inference`: what a beat costs in the network, by itself.
struct BenchInferenceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inference",
    abstract: "Measure the network: microseconds per beat for each precision, kernel path and batch size.",
    discussion: """
      One thread. Every combination is measured in turn, a short block at a time, so that whatever else the machine does
      meets all of them; of the blocks' times the median, the least, and the 10th and 90th percentile are told. A beat's
      time is all that classifying it takes: the check that it is finite, scaling, the layers, the sigmoid. Pin the
      process to a core (taskset -c 1) and build with -c release.

      JSON: machine {processor, cores}, loadAverageBefore, and for each of results:
        model                    its name in the weights file's metadata; the default network alone, and with '+context' what
                                 is learnt of the patient beside it
        precision                float32 or int8
        kernel                   avx512, avxvnni, avx2, neon or plain
        batch                    beats that are classified together
        microsecondsPerBeat      the median block
        minimumMicroseconds, lowMicroseconds, highMicroseconds    per beat: the least, the 10th and the 90th percentile

        taskset -c 1 sealedbeat bench inference
        sealedbeat bench inference --input beats.safetensors --output answers.safetensors

      --input is a safetensors file of at most 16 MiB with windows F32 [n,187] in microvolts or scaled, as `sealedbeat
      dataset` writes it; --output has a tensor PRECISION_KERNEL F32 [n] of P(abnormal) for each combination.
      """)

  @Option(help: ArgumentHelp("Weights of the reference network; those in this binary by default.", valueName: "file"))
  var weights: String?

  @Option(help: ArgumentHelp("Precisions, separated by commas: float32, int8.", valueName: "names"))
  var precisions: String = "float32,int8"

  @Option(
    help: ArgumentHelp("Kernel paths, separated by commas; all that this machine has by default.", valueName: "names"))
  var kernels: String?

  @Option(help: ArgumentHelp("Batch sizes, separated by commas.", valueName: "n,…"))
  var batches: String = "1,64"

  @Option(help: "Blocks that each combination is measured in.")
  var repetitions = 300

  @Option(help: ArgumentHelp("Beats to classify, instead of made ones.", valueName: "file"))
  var input: String?

  @Option(help: ArgumentHelp("Write what each combination answers.", valueName: "file"))
  var output: String?

  @Flag(help: "Print JSON instead of a table.")
  var json = false

  /// The names of a list as cases of a type.
  private func cases<Case: RawRepresentable>(_ list: String, option: String) throws -> [Case]
  where Case.RawValue == String {
    let names = list.split(separator: ",").map(String.init)
    let cases = names.compactMap { Case(rawValue: $0) }
    guard !cases.isEmpty, cases.count == names.count else {
      throw ValidationError("\(option) has a name that is not known: \(list)")
    }
    return cases
  }

  private func batchSizes() throws -> [Int] {
    let sizes = batches.split(separator: ",").compactMap { Int($0) }
    guard !sizes.isEmpty, sizes.count == batches.split(separator: ",").count,
      sizes.allSatisfy({ (1...InferenceBenchmark.maximumBatch).contains($0) })
    else {
      throw ValidationError(
        "--batches takes numbers from 1 to \(InferenceBenchmark.maximumBatch), separated by commas.")
    }
    return sizes
  }

  private func paths() throws -> [KernelPath] {
    guard let kernels else { return KernelPath.supported }
    let paths: [KernelPath] = try cases(kernels, option: "--kernels")
    if let missing = paths.first(where: { !$0.isSupported }) {
      throw ValidationError("This machine has no \(missing.rawValue) kernels.")
    }
    return paths
  }

  func validate() throws {
    guard (1...1_000_000).contains(repetitions) else {
      throw ValidationError("--repetitions is between 1 and 1000000.")
    }
    _ = try batchSizes()
    _ = try paths()
    let _: [ModelPrecision] = try cases(precisions, option: "--precisions")
  }

  func run() throws {
    let benchmark = InferenceBenchmark(
      weights: weights.map { .file(path: $0) } ?? .bundledReference,
      precisions: try cases(precisions, option: "--precisions"), paths: try paths(), batches: try batchSizes(),
      repetitions: repetitions, windows: try input.map(InferenceBenchmark.windows(ofFile:)))
    var (report, answers) = try benchmark.run()
    if weights == nil, precisions.contains(ModelPrecision.float32.rawValue) {
      report.results += try DefaultModelBenchmark(paths: try paths(), repetitions: repetitions).run()
    }
    if let output {
      try answers.encoded().write(to: URL(fileURLWithPath: output), options: .atomic)
    }
    print(json ? try report.prettyJSON() : report.table)
  }
}
