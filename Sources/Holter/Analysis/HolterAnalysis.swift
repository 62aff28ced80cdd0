public import Cardio
public import Inference

/// The analysis of one lead of a recording, sample block by sample block: the production path of a live session, with a
/// rhythm analysis behind it.
///
/// What it keeps grows with beats, chunks and episodes (some 5 MiB for a day), never with samples.
public struct HolterAnalysis {
  /// Samples in a chunk at 125 Hz, as a device sends them.
  private static let chunkSamples = RecordReplay.chunkSamples
  /// Chunks by which the rhythm analysis runs behind, so that a judge may answer some beats late: 6 s.
  private static let rhythmDelay = 4

  private struct Chunk {
    var first: UInt64
    var samples: [Int16]
    var isMissing: Bool
  }

  private let model: any JudgingModel
  private let judge: any BeatJudge
  private var resampler: Resampler
  private let inputRate: SampleRate
  private var resampled: [Float] = []
  private var stream = ECGStream()
  private var rhythm = RhythmAnalyzer()
  private var chunk: Chunk
  private var delayed: [Chunk] = []
  private var gaps: [Range<UInt64>] = []
  private var nextGap = 0
  private var position: UInt64 = 0
  /// Beats that still wait for their judgement.
  private var unjudged: [SegmentedBeat] = []
  private var judgements: [BeatJudgement] = []
  /// Judged beats that still wait for the rhythm analysis.
  private var forRhythm: [RhythmBeat] = []
  private var findings = HolterFindings()

  /// An analysis before its first sample.
  ///
  /// - Parameters:
  ///   - rate: The rate of the samples to come.
  ///   - model: Judges the beats.
  /// - Throws: `ResamplerError` when `rate` cannot be resampled to 125 Hz.
  public init(rate: SampleRate, model: any JudgingModel) throws(ResamplerError) {
    self.model = model
    judge = model.makeJudge()
    resampler = try Resampler(from: rate)
    inputRate = rate
    chunk = Chunk(first: 0, samples: [], isMissing: false)
    chunk.samples.reserveCapacity(Self.chunkSamples)
  }

  /// Analyses the next samples.
  ///
  /// - Parameters:
  ///   - microvolts: Samples in µV at the recording's rate, all finite.
  ///   - missing: All stretches without samples known so far, ascending, in samples at that rate; `microvolts` holds any
  ///     values there.
  public mutating func process(_ microvolts: [Float], missing: [Range<Int>] = []) {
    for range in missing.dropFirst(gaps.count) { gaps.append(atAnalysisRate(range)) }
    resampled.removeAll(keepingCapacity: true)
    resampler.process(microvolts.span, into: &resampled)
    take(resampled)
  }

  /// Ends the recording and tells everything that was found.
  public mutating func finish() -> HolterFindings {
    resampled.removeAll(keepingCapacity: true)
    resampler.finish(into: &resampled)
    take(resampled)
    flush()
    let last = stream.finish()
    judge(last.beats)
    judge.finish(into: &judgements)
    match()
    for chunk in delayed { advanceRhythm(chunk) }
    delayed.removeAll()
    findings.take(rhythm.finish(beats: forRhythm))
    findings.samples = position
    findings.close(gaps: gaps.map { $0.clamped(to: 0..<position) }.filter { !$0.isEmpty })
    return findings
  }

  private func atAnalysisRate(_ range: Range<Int>) -> Range<UInt64> {
    func convert(_ sample: Int) -> UInt64 {
      UInt64((Double(sample) * inputRate.interval * SampleRate.analysis.hertz).rounded())
    }
    return convert(range.lowerBound)..<convert(range.upperBound)
  }

  private mutating func take(_ samples: [Float]) {
    let scale = 1000 / Float(RecordReplay.nanovoltsPerLSB)
    for value in samples {
      while nextGap < gaps.count, gaps[nextGap].upperBound <= position { nextGap += 1 }
      let isMissing = nextGap < gaps.count && gaps[nextGap].contains(position)
      if isMissing != chunk.isMissing {
        flush()
        chunk.isMissing = isMissing
      }
      chunk.samples.append(Int16(max(-32_768, min(32_767, (value * scale).rounded()))))
      position += 1
      if chunk.samples.count == Self.chunkSamples { flush() }
    }
  }

  private mutating func flush() {
    guard !chunk.samples.isEmpty else { return }
    let full = chunk
    chunk = Chunk(first: position, samples: [], isMissing: full.isMissing)
    chunk.samples.reserveCapacity(Self.chunkSamples)
    let output = stream.process(
      full.samples, nanovoltsPerLSB: RecordReplay.nanovoltsPerLSB, firstSample: full.first, leadOff: full.isMissing)
    findings.take(quality: output.signalQuality, samples: full.samples.count, isMissing: full.isMissing)
    judge(output.beats)
    match()
    delayed.append(full)
    if delayed.count > Self.rhythmDelay { advanceRhythm(delayed.removeFirst()) }
  }

  private mutating func judge(_ beats: [SegmentedBeat]) {
    for beat in beats {
      unjudged.append(beat)
      judge.judge(beat, into: &judgements)
    }
  }

  /// Puts judgements and the beats that they are of together.
  private mutating func match() {
    let count = min(judgements.count, unjudged.count)
    guard count > 0 else { return }
    for (beat, judgement) in zip(unjudged.prefix(count), judgements) {
      findings.beats.append(HolterBeat(beat, judgement: judgement, threshold: model.threshold))
      forRhythm.append(RhythmBeat(beat, judgement: judgement))
    }
    unjudged.removeFirst(count)
    judgements.removeFirst(count)
  }

  private mutating func advanceRhythm(_ chunk: Chunk) {
    let end = Double(chunk.first) + Double(chunk.samples.count)
    let count = forRhythm.prefix { $0.position < end }.count
    let beats = Array(forRhythm.prefix(count))
    forRhythm.removeFirst(count)
    findings.take(
      rhythm.process(
        chunk.samples.span, nanovoltsPerLSB: RecordReplay.nanovoltsPerLSB, firstSample: chunk.first,
        leadOff: chunk.isMissing, beats: beats))
  }
}

extension RhythmBeat {
  /// A judged beat. Where the model tells no class every readable beat counts as N, so that nothing is called
  /// ventricular that nobody called so; a beat that cannot be read is Q.
  fileprivate init(_ beat: SegmentedBeat, judgement: BeatJudgement) {
    let beatClass = judgement.isUnreadable ? .unknown : judgement.beatClass ?? .normal
    self.init(beat, beatClass: beatClass, confidence: judgement.classProbabilities?[beatClass] ?? 0.5)
  }
}
