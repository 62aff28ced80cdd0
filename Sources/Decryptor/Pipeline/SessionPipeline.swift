package import Cardio
package import Findings
internal import Wire

/// The analysis of one session: opened chunks in, one finding for each out. Pure; its value is a checkpoint.
///
/// Two pipelines of the same value that see the same chunks stay equal to the bit, so an analysis that is stopped anywhere
/// and goes on from an earlier value by replaying what lies between says exactly what it would have said.
package struct SessionPipeline: Sendable, Hashable, Codable {
  /// Seconds of beats kept for the heart rate.
  private static let beatMemory = HeartRate.windowSeconds

  private var stream = ECGStream()
  /// What the session's beats so far say of the patient.
  private var patient = PatientContext()
  /// What waveform and intervals say of the rhythm.
  private var rhythm = RhythmAnalyzer()
  private var timeline = CaptureTimeline()
  /// The lead that is analysed: the first whose samples come. Other leads are stored and drawn.
  private var lead: ChunkKind?
  private var recentBeats: [Beat] = []
  /// When the next sample is expected, by the device's clock.
  private var expectedTime: UInt64?
  /// R peaks so far.
  package private(set) var beatCount: UInt64 = 0
  /// Abnormal ones among them.
  package private(set) var abnormalBeatCount: UInt64 = 0
  /// Chunks refused so far.
  package private(set) var refusedChunks: UInt64 = 0

  /// A session before its first chunk.
  package init() {}

  /// Analyses the next chunk.
  ///
  /// - Parameters:
  ///   - content: What the chunk turned out to be.
  ///   - sequence: Its place; larger than all before.
  ///   - receivedAt: When it arrived: also stands in for the capture time of a refused chunk when no authentic one came before.
  ///   - classify: The classifier; in a replay, what it said before.
  package mutating func advance(
    _ content: ChunkContent, sequence: UInt64, receivedAt: UInt64,
    classify: (SegmentedBeat, BeatContext) -> BeatVerdict
  ) -> Finding {
    var finding =
      switch content {
      case .opened(let chunk) where !contradicts(chunk.header):
        advance(chunk, sequence: sequence, classify: classify)
      default:
        refuse(sequence: sequence, receivedAt: receivedAt)
      }
    finding.receivedAt = receivedAt
    return finding
  }

  private func contradicts(_ header: ChunkHeader) -> Bool {
    guard header.kind.isECG else { return false }
    guard header.sampleRateMillihertz == SampleRate.analysis.millihertz else { return true }
    return isAnalysed(header.kind) && header.firstSample < nextSample
  }

  private func isAnalysed(_ kind: ChunkKind) -> Bool { kind.isECG && (lead ?? kind) == kind }

  private var nextSample: UInt64 { stream.nextSample ?? 0 }

  private mutating func refuse(sequence: UInt64, receivedAt: UInt64) -> Finding {
    refusedChunks += 1
    return Finding(
      sequence: sequence, kind: lead ?? .ecgLeadI, firstSample: nextSample, sampleCount: 0,
      captureTime: expectedTime ?? receivedAt, isClockSynchronised: false, heartRate: heartRate,
      beatCount: beatCount, abnormalBeatCount: abnormalBeatCount, isRefused: true)
  }

  private mutating func advance(
    _ chunk: OpenedChunk, sequence: UInt64, classify: (SegmentedBeat, BeatContext) -> BeatVerdict
  ) -> Finding {
    let header = chunk.header
    var finding = Finding(
      sequence: sequence, kind: header.kind, firstSample: header.firstSample, sampleCount: header.count,
      captureTime: header.captureTime, isClockSynchronised: header.isClockSynchronised, leadOff: header.leadOff)
    if isAnalysed(header.kind) {
      lead = header.kind
      finding.missingSamples = header.firstSample - nextSample
      timeline.add(sample: header.firstSample, time: header.captureTime)
      expectedTime = header.captureTime + UInt64(header.count) * CaptureTimeline.sampleInterval
      let samples = (0..<header.count).map { chunk.plaintext.sample(at: $0) }
      let output = stream.process(
        samples.span, nanovoltsPerLSB: header.nanovoltsPerLSB, firstSample: header.firstSample,
        leadOff: !header.leadOff.isEmpty)
      finding.quality = output.isLeadOff ? 0 : output.signalQuality.inSteps
      let (beats, rhythmBeats) = take(output.beats, classify: classify)
      finding.beats = beats
      _ = rhythm.process(
        samples.span, nanovoltsPerLSB: header.nanovoltsPerLSB, firstSample: header.firstSample,
        leadOff: !header.leadOff.isEmpty, beats: rhythmBeats)
      finding.rhythm = RhythmReading(rhythm.evidence, readability: output.signalQuality.readability)
    } else if header.kind == .status {
      let status = StatusReading(status: chunk.plaintext)
      finding.status = status
      if status.isSessionEnd {
        let (beats, rhythmBeats) = take(stream.finish().beats, classify: classify)
        finding.beats = beats
        _ = rhythm.finish(beats: rhythmBeats)
      }
    }
    finding.heartRate = heartRate
    finding.beatCount = beatCount
    finding.abnormalBeatCount = abnormalBeatCount
    return finding
  }

  private mutating func take(
    _ beats: [SegmentedBeat], classify: (SegmentedBeat, BeatContext) -> BeatVerdict
  ) -> ([BeatFinding], [RhythmBeat]) {
    let now = Double(nextSample) * SampleRate.analysis.interval
    recentBeats.append(contentsOf: beats.map(\.beat))
    recentBeats.removeAll { $0.seconds <= now - Self.beatMemory }
    beatCount += UInt64(beats.count)
    var context = BeatContext()
    var findings: [BeatFinding] = []
    var rhythmBeats: [RhythmBeat] = []
    findings.reserveCapacity(beats.count)
    rhythmBeats.reserveCapacity(beats.count)
    for segmented in beats {
      let beat = segmented.beat
      patient.describe(segmented, into: &context)
      let verdict = classify(segmented, context)
      if verdict.isAbnormal { abnormalBeatCount += 1 }
      rhythmBeats.append(verdict.rhythmBeat(segmented))
      findings.append(
        BeatFinding(
          position: (beat.position * 1000).rounded() / 1000, time: timeline.time(at: beat.position),
          rrMilliseconds: segmented.previousRR.flatMap { UInt32(exactly: ($0 * 1000).rounded()) },
          amplitudeMicrovolts: Int32(clampedMicrovolts: beat.amplitude),
          abnormalProbability: verdict.abnormalProbability, isAbnormal: verdict.isAbnormal,
          beatClass: verdict.beatClass, ventricularProbability: verdict.ventricularProbability,
          supraventricularProbability: verdict.supraventricularProbability,
          quality: (Double(beat.quality) * 1000).rounded() / 1000, shape: BeatShape(context.shape)))
    }
    return (findings, rhythmBeats)
  }

  private var heartRate: Double? {
    HeartRate.beatsPerMinute(recentBeats, now: Double(nextSample) * SampleRate.analysis.interval)
      .map { ($0 * 100).rounded() / 100 }
  }
}

extension RhythmReading {
  /// Evidence in the steps in which a finding keeps it.
  fileprivate init(_ evidence: RhythmEvidence, readability: Float) {
    func inSteps(_ probability: Float?) -> Double? {
      probability.flatMap { $0.isNaN ? nil : (Double($0) * 10_000).rounded() / 10_000 }
    }
    self.init(
      ventricularLow: inSteps(evidence.ventricularLow), ventricularHigh: inSteps(evidence.ventricularHigh),
      fibrillation: inSteps(evidence.fibrillation),
      fibrillationPosition: evidence.fibrillationPosition.map { UInt64(max(0, $0)) },
      readability: inSteps(readability))
  }
}

extension BeatShape {
  /// The shape as a finding keeps it.
  fileprivate init(_ shape: QRSShape) {
    self =
      switch shape {
      case .normal: .normal
      case .other: .other
      case .wide: .wide
      }
  }
}

extension SignalQuality {
  /// The index in the steps in which a finding keeps it.
  fileprivate var inSteps: Double { (Double(index) * 1000).rounded() / 1000 }
}

extension Int32 {
  /// A voltage in whole microvolts, within what 32 bits hold; 0 for what is no number.
  fileprivate init(clampedMicrovolts voltage: Microvolts) {
    let rounded = Double(voltage.rawValue).rounded()
    self = rounded.isNaN ? 0 : Int32(Swift.max(-2e9, Swift.min(2e9, rounded)))
  }
}
