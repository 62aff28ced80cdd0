public import Cardio

/// The contexts of many beats as tensors: the default model's input, made by the code that serves.
public struct ContextTable: Sendable {
  private var signals: [Float] = []
  private var measures: [Float] = []

  /// Rows so far.
  public var count: Int { measures.count / BeatContext.measureCount }

  /// An empty table.
  public init() {}

  /// Adds a beat's context as the next row.
  public mutating func append(_ context: BeatContext) {
    signals.append(contentsOf: context.signals)
    measures.append(contentsOf: context.measures)
  }

  /// Appends `signals` F32 [n, 187, 2] and `measures` F32 [n, m] to a file.
  public func append(to writer: inout SafetensorsWriter) {
    writer.append("signals", shape: [count, BeatWindow.count, BeatContext.signalCount], signals)
    writer.append("measures", shape: [count, BeatContext.measureCount], measures)
  }

  /// The contexts of beats that were made, not recorded: simulated rhythms for the trainer.
  ///
  /// - Parameter file: tensors F32: `windows` [n, 187] (band-passed µV), `record` [n] (a change begins a new patient), `previous_rr`
  ///   and `next_rr` [n] (seconds; 0 where unknown).
  /// - Throws: ``WeightsError`` when a tensor is missing or of another shape.
  public init(describing file: SafetensorsFile) throws(WeightsError) {
    self.init()
    guard let count = file.tensors["record"]?.elementCount else {
      throw WeightsError(.missingTensor, "the beats need it", at: "record")
    }
    let record = try file.floats("record", shape: [count])
    let windows = try file.floats("windows", shape: [count, BeatWindow.count])
    let previous = try file.floats("previous_rr", shape: [count])
    let next = try file.floats("next_rr", shape: [count])
    var patient = PatientContext()
    for index in 0..<count {
      if index > 0, record[index] != record[index - 1] { patient = PatientContext() }
      let start = index * BeatWindow.count
      guard let window = BeatWindow(samples: Array(windows[start..<start + BeatWindow.count])) else { continue }
      let beat = Beat(position: Double(index), amplitude: Microvolts(0), rrSeconds: nil, quality: 1)
      append(
        patient.describe(
          SegmentedBeat(
            beat: beat, window: window, previousRR: ContextTable.seconds(previous[index]),
            nextRR: ContextTable.seconds(next[index]))))
    }
  }

  private static func seconds(_ value: Float) -> Double? { value > 0 ? Double(value) : nil }
}
