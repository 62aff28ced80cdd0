internal import Cardio
internal import Decryptor
public import Findings
public import Inference
internal import Wire

/// A recording as the live system would have seen it: chunks of 187 samples at 125 Hz through the session pipeline, and each
/// finding written and read as the store would have kept it. Everything stays in memory.
public struct RecordedSession: Sendable {
  /// The device and session that a recording is given; alerts take their names from it.
  static let reference = SessionReference(
    // A valid device id, and sixteen bytes.
    device: DeviceID("recording")!, session: SessionID([UInt8](repeating: 0x52, count: 16))!)
  /// Unix time in microseconds that the first sample is given.
  static let epoch: UInt64 = 1_700_000_000_000_000

  /// The findings, one for each chunk.
  public let findings: [Finding]
  /// How long the recording is, in seconds.
  public let seconds: Double

  /// Analyses a recording.
  ///
  /// - Parameters:
  ///   - samples: What the device would have sent: 125 Hz, in steps of `RecordReplay.nanovoltsPerLSB`.
  ///   - model: Judges the beats.
  /// - Throws: `WireError` when a finding cannot be read back, which no finding should cause.
  public init(_ samples: [Int16], model: some BeatJudging) throws {
    var pipeline = SessionPipeline()
    var scratch = model.makeScratch()
    var findings: [Finding] = []
    let chunk = RecordReplay.chunkSamples
    findings.reserveCapacity(samples.count / chunk + 1)
    for start in stride(from: 0, to: samples.count, by: chunk) {
      let piece = samples[start..<min(start + chunk, samples.count)]
      let time = Self.time(ofSample: start)
      let header = ChunkHeader(
        keyVersion: KeyVersion(rawValue: 1), nonce: [UInt8](repeating: 0, count: 12), session: Self.reference.session,
        sequence: UInt64(findings.count), kind: .ecgLeadII, firstSample: UInt64(start), count: piece.count,
        nanovoltsPerLSB: RecordReplay.nanovoltsPerLSB, captureTime: time, isClockSynchronised: true,
        firmware: FirmwareVersion(rawValue: 0))
      let plaintext = piece.flatMap { sample in
        [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
      }
      let finding = pipeline.advance(
        .opened(OpenedChunk(header: header, plaintext: plaintext)), sequence: header.sequence,
        receivedAt: Self.time(ofSample: start + piece.count)
      ) { beat, context in
        BeatVerdict(model.judge(beat, in: context, scratch: &scratch), threshold: model.threshold)
      }
      findings.append(try Finding(decoding: finding.encoded()))
    }
    self.findings = findings
    seconds = Double(samples.count) * SampleRate.analysis.interval
  }

  /// Findings that are there already.
  ///
  /// - Parameters:
  ///   - findings: In their order.
  ///   - seconds: How long the recording is.
  package init(findings: [Finding], seconds: Double) {
    self.findings = findings
    self.seconds = seconds
  }

  /// The time that a sample is given.
  private static func time(ofSample sample: Int) -> UInt64 { epoch + UInt64(sample) * 8000 }

  /// Seconds from the first sample to a moment.
  static func seconds(at time: UInt64) -> Double { (Double(time) - Double(epoch)) / 1e6 }
}
