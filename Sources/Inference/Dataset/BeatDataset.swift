public import Cardio

/// Annotated beats as the live analysis cuts them: what a model is trained and judged on.
///
/// A record goes through the production path (`RecordReplay`); the beats that it yields are matched with the reference
/// annotations at ±150 ms (AAMI EC57). A beat without an annotation, or an annotation without a beat, is counted, not kept.
public struct BeatDataset: Sendable {
  /// What a record contributed.
  public struct Contribution: Sendable, Equatable {
    /// Beats kept, by the index of their AAMI class.
    public var beats = [Int](repeating: 0, count: BeatClass.allCases.count)
    /// Annotated beats that the detector did not find.
    public var missed = 0
    /// Detected beats that no annotation confirms.
    public var unconfirmed = 0
  }

  /// Whether windows are scaled to 0…1 by their own minimum and maximum, the reference network's preprocessing.
  public let isScaled: Bool
  /// Whether each beat comes with its `BeatContext`, the default model's input.
  public let hasContext: Bool
  /// The names of the records added so far, to which the file's `record` tensor points.
  public private(set) var records: [String] = []

  private var windows: [Float] = []
  private var labels: [UInt8] = []
  private var recordIndices: [Int64] = []
  private var positions: [Double] = []
  private var previousRR: [Float] = []
  private var nextRR: [Float] = []
  private var quality: [Float] = []
  private var contexts = ContextTable()

  /// An empty data set.
  ///
  /// - Parameters:
  ///   - isScaled: Whether windows are scaled to 0…1.
  ///   - hasContext: Whether each beat comes with its context.
  public init(isScaled: Bool, hasContext: Bool = false) {
    self.isScaled = isScaled
    self.hasContext = hasContext
  }

  /// Beats kept so far.
  public var count: Int { labels.count }

  /// Adds a record's beats.
  ///
  /// - Parameters:
  ///   - name: the record's name.
  ///   - microvolts: one signal in µV.
  ///   - rate: its sampling rate.
  ///   - annotations: the reference beats: sample at `rate`, and AAMI class.
  /// - Throws: `ResamplerError` when `rate` cannot be resampled to 125 Hz.
  @discardableResult
  public mutating func add(
    record name: String, microvolts: [Float], rate: SampleRate, annotations: [(sample: Int, beatClass: BeatClass)]
  ) throws(ResamplerError) -> Contribution {
    let beats = RecordReplay.analyse(try RecordReplay.digitise(microvolts, rate: rate))
    let pairs = BeatComparison.pairs(
      reference: annotations.map { Double($0.sample) / rate.hertz }, detected: beats.map(\.beat.seconds))
    // Every beat found is part of the context of those behind it, confirmed or not.
    var patient = PatientContext()
    let described = hasContext ? beats.map { patient.describe($0) } : []
    var contribution = Contribution()
    for pair in pairs {
      switch (pair.reference, pair.detected) {
      case (let reference?, let detected?):
        let beatClass = annotations[reference].beatClass
        append(beats[detected], beatClass, record: records.count)
        if hasContext { contexts.append(described[detected]) }
        contribution.beats[beatClass.index] += 1
      case (_?, nil): contribution.missed += 1
      case (nil, _?): contribution.unconfirmed += 1
      case (nil, nil): break
      }
    }
    records.append(name)
    return contribution
  }

  private mutating func append(_ beat: SegmentedBeat, _ beatClass: BeatClass, record: Int) {
    windows.append(contentsOf: isScaled ? beat.window.minMaxScaled : beat.window.samples)
    labels.append(UInt8(beatClass.index))
    recordIndices.append(Int64(record))
    positions.append(beat.beat.position)
    previousRR.append(beat.previousRR.map(Float.init) ?? .nan)
    nextRR.append(beat.nextRR.map(Float.init) ?? .nan)
    quality.append(beat.beat.quality)
  }

  /// The data set as safetensors.
  ///
  /// Tensors, one row a beat in order of record and time: `windows` F32 [n, 187] (band-passed µV, or 0…1 when scaled, the R
  /// peak at index 62), `labels` U8 [n] (AAMI N 0, S 1, V 2, F 3, Q 4), `record` I64 [n] (index into the metadata's
  /// comma-separated `records`), `r_position` F64 [n] (samples at 125 Hz), `previous_rr` and `next_rr` F32 [n] (seconds,
  /// NaN where unknown), `quality` F32 [n] (0…1); with context also `signals` F32 [n, 187, 2] and `measures` F32 [n, m], see
  /// `BeatContext`.
  ///
  /// - Parameter metadata: further entries for the file's metadata.
  public func safetensors(metadata: [String: String]) -> SafetensorsWriter {
    var all = metadata
    all["content"] = "sealedbeat-beats-1"
    all["records"] = records.joined(separator: ",")
    all["window_unit"] = isScaled ? "min-max" : "microvolt"
    all["r_index"] = String(BeatWindow.rIndex)
    all["sample_rate_hz"] = String(SampleRate.analysis.hertz)
    var writer = SafetensorsWriter(metadata: all)
    writer.append("windows", shape: [count, BeatWindow.count], windows)
    writer.append("record", shape: [count], recordIndices)
    writer.append("r_position", shape: [count], positions)
    writer.append("previous_rr", shape: [count], previousRR)
    writer.append("next_rr", shape: [count], nextRR)
    writer.append("quality", shape: [count], quality)
    if hasContext { contexts.append(to: &writer) }
    // Last, so that every other tensor stays aligned to its elements.
    writer.append("labels", shape: [count], labels)
    return writer
  }
}
