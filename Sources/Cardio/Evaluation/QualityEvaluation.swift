/// How well the quality index and the quality of beats explain the detector's errors.
public struct QualityEvaluation: Hashable, Sendable, Encodable {
  /// What happened where the quality was in one range.
  public struct Bin: Hashable, Sendable, Encodable {
    /// The lower bound; the upper one is the next bin's, and 1 belongs to the last.
    public let from: Float
    /// Chunks of that quality; 0 in a table of beats.
    public var chunks = 0
    /// Beats found.
    public var truePositives = 0
    /// Detections without a reference beat.
    public var falsePositives = 0
    /// Beats missed; a missed beat has no quality of its own, so none in a table of beats.
    public var falseNegatives = 0

    /// (FP + FN) / (TP + FP + FN), a fraction; 0 where nothing happened.
    public var errorRate: Double {
      let all = truePositives + falsePositives + falseNegatives
      return all > 0 ? Double(falsePositives + falseNegatives) / Double(all) : 0
    }

    /// Encodes the counts and the error rate.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: Key.self)
      try container.encode(from, forKey: .from)
      try container.encode(chunks, forKey: .chunks)
      try container.encode(truePositives, forKey: .truePositives)
      try container.encode(falsePositives, forKey: .falsePositives)
      try container.encode(falseNegatives, forKey: .falseNegatives)
      try container.encode(errorRate, forKey: .errorRate)
    }

    private enum Key: String, CodingKey {
      case from, chunks, truePositives, falsePositives, falseNegatives, errorRate
    }
  }

  /// How much of one annotated rhythm can be read.
  public struct Rhythm: Hashable, Sendable, Encodable {
    /// The annotation, such as `(VFIB`.
    public let rhythm: String
    /// Chunks that lie wholly in it.
    public var chunks = 0
    /// Those of them with an index of at least ``QualityEvaluation/gate``.
    public var readable = 0
  }

  /// The index from which a chunk counts as readable in ``Rhythm``.
  public static let gate: Float = 0.5

  /// By the index of the chunk in which a beat or a detection lies.
  public private(set) var byChunk = QualityEvaluation.bins
  /// By ``Beat/quality`` of the detection.
  public private(set) var byBeat = QualityEvaluation.bins
  /// By annotated rhythm.
  public private(set) var rhythms: [Rhythm] = []

  /// An evaluation of nothing.
  public init() {}

  /// Adds a record.
  ///
  /// - Parameters:
  ///   - samples: What the device would have sent, at 125 Hz in steps of ``RecordReplay/nanovoltsPerLSB``.
  ///   - annotations: The reference.
  ///   - rate: The rate at which the annotations count.
  ///   - tolerance: How far a detection may lie from its beat, in seconds.
  public mutating func add(
    samples: [Int16], annotations: WFDBAnnotations, rate: SampleRate,
    tolerance: Double = BeatComparison.standardTolerance
  ) {
    let beats = RecordReplay.analyse(samples)
    let indices = RecordReplay.qualities(samples).map(\.index)
    for index in indices { byChunk[QualityEvaluation.bin(index)].chunks += 1 }
    let hertz = rate.hertz
    let reference = annotations.beats.map { Double($0.sample) / hertz }
    if !reference.isEmpty {
      count(reference: reference, beats: beats, indices: indices, flutter: annotations.flutter, hertz: hertz, tolerance)
    }
    addRhythms(indices, annotations, hertz: hertz)
  }

  private mutating func count(
    reference: [Double], beats: [SegmentedBeat], indices: [Float], flutter: [Range<Int>], hertz: Double,
    _ tolerance: Double
  ) {
    let detected = beats.map(\.beat.seconds)
    for pair in BeatComparison.pairs(reference: reference, detected: detected, tolerance: tolerance) {
      guard let time = pair.reference.map({ reference[$0] }) ?? pair.detected.map({ detected[$0] }),
        !flutter.contains(where: { $0.contains(Int(time * hertz)) })
      else { continue }
      let chunk = Int(max(0, time) * SampleRate.analysis.hertz) / RecordReplay.chunkSamples
      let place = QualityEvaluation.bin(indices[min(chunk, indices.count - 1)])
      if pair.detected == nil {
        byChunk[place].falseNegatives += 1
      } else if pair.reference == nil {
        byChunk[place].falsePositives += 1
      } else {
        byChunk[place].truePositives += 1
      }
      guard let detection = pair.detected else { continue }
      let quality = QualityEvaluation.bin(beats[detection].beat.quality)
      if pair.reference == nil { byBeat[quality].falsePositives += 1 } else { byBeat[quality].truePositives += 1 }
    }
  }

  private mutating func addRhythms(_ indices: [Float], _ annotations: WFDBAnnotations, hertz: Double) {
    let changes = annotations.annotations.filter { $0.code == .rhythmChange && $0.auxiliary.hasPrefix("(") }
    let chunk = Double(RecordReplay.chunkSamples) * SampleRate.analysis.interval
    for (place, change) in changes.enumerated() {
      let start = Double(change.sample) / hertz
      let end = place + 1 < changes.count ? Double(changes[place + 1].sample) / hertz : .infinity
      let first = Int((start / chunk).rounded(.up))
      for index in first..<max(first, indices.count) where Double(index + 1) * chunk <= end {
        let known = rhythms.firstIndex { $0.rhythm == change.auxiliary }
        let slot = known ?? rhythms.count
        if known == nil { rhythms.append(Rhythm(rhythm: change.auxiliary)) }
        rhythms[slot].chunks += 1
        if indices[index] >= QualityEvaluation.gate { rhythms[slot].readable += 1 }
      }
    }
  }

  private static let bounds: [Float] = [0, 0.1, 0.3, 0.5, 0.7, 0.9]
  private static let bins = bounds.map { Bin(from: $0) }

  private static func bin(_ quality: Float) -> Int {
    bounds.lastIndex { quality >= $0 } ?? 0
  }
}

extension RecordReplay {
  /// The quality of every chunk of ``chunkSamples`` samples, as the live analysis tells it.
  public static func qualities(_ samples: [Int16]) -> [SignalQuality] {
    var stream = ECGStream()
    var output = ECGStreamOutput()
    let span = samples.span
    return stride(from: 0, to: samples.count, by: chunkSamples).map { start in
      stream.process(
        span.extracting(start..<min(start + chunkSamples, samples.count)), nanovoltsPerLSB: nanovoltsPerLSB,
        firstSample: UInt64(start), leadOff: false, into: &output)
      return output.signalQuality
    }
  }
}
