import Cardio
import Decryptor
import Findings
import Foundation
import Glibc
import Inference
import Sealing
import Store
import Wire

/// Runs every step of the analysis over the same chunks, one after the other, and takes the CPU time of each.
struct StageBenchmark {
  /// What one session is made of.
  private struct Session {
    let gate: ChunkGate
    let seal: FindingsSeal
    var detection = SessionPipeline()
    var analysis = SessionPipeline()
    var stored: [StoredChunk]
  }

  let sessions: Int
  let chunks: Int

  /// Seals, opens, analyses and seals again.
  func run() throws -> StageReport {
    let model = try ModelWeights.bundledDefault.loadJudging()
    var scratch = model.makeScratch()
    var patients = try (0..<sessions).map { try session($0) }
    var report = StageReport(sessions: sessions, chunksPerSession: chunks)
    var beats = 0
    for index in 0..<chunks {
      var contents: [ChunkContent] = []
      contents.reserveCapacity(sessions)
      report.unseal += Self.cpuTime {
        for patient in patients { contents.append(patient.gate.open(patient.stored[index])) }
      }
      report.detect += Self.cpuTime {
        for place in patients.indices {
          _ = patients[place].detection.advance(
            contents[place], sequence: UInt64(index), receivedAt: 0, classify: BeatVerdict.none)
        }
      }
      var findings: [Finding] = []
      findings.reserveCapacity(sessions)
      report.analyse += Self.cpuTime {
        for place in patients.indices {
          findings.append(
            patients[place].analysis.advance(contents[place], sequence: UInt64(index), receivedAt: 0) { beat, context in
              BeatVerdict(model.judge(beat, in: context, scratch: &scratch), threshold: model.threshold)
            })
        }
      }
      try report.seal += Self.cpuTime {
        for (patient, finding) in zip(patients, findings) { _ = try patient.seal.seal(finding) }
      }
      beats += findings.reduce(0) { $0 + $1.beats.count }
    }
    try report.checkpoint += Self.cpuTime {
      for patient in patients { _ = try SessionCheckpoint(patient.analysis).encoded() }
    }
    report.beatsPerChunk = Double(beats) / Double(sessions * chunks)
    report.bytesPerSession = try bytesPerSession(patients[0])
    return report
  }

  private func session(_ number: Int) throws -> Session {
    // A name of letters and digits, 16 and 12 bytes.
    let device = DeviceID("bench-\(number)")!
    let id = SessionID((0..<16).map { UInt8(truncatingIfNeeded: number >> (8 * ($0 % 4)) &+ $0) })!
    let iv = SessionIV((0..<12).map { UInt8(truncatingIfNeeded: number &+ $0) })!
    let reference = SessionReference(device: device, session: id)
    let deviceKey = try SecretBytes(randomCount: AEAD.keySize)
    func key(_ purpose: SessionKeyPurpose) throws -> SessionKey {
      try SessionKey(deviceKey: deviceKey, device: device, session: id, iv: iv, purpose: purpose)
    }
    let presets = SyntheticPatient.Preset.allCases
    var patient = SyntheticPatient(preset: presets[number % presets.count], seed: UInt64(number))
    let sealer = try ChunkSealer(key: try key(.session), device: device)
    let stored = try (0..<chunks).map { index in
      let signal = patient.next(ChunkHeader.maximumSampleCount)
      let samples = signal.microvolts.map { Int16(max(-32_000, min(32_000, $0 / 2))) }
      let header = ChunkHeader(
        keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: UInt64(index)), session: id,
        sequence: UInt64(index), kind: .ecgLeadI, firstSample: UInt64(signal.firstSample), count: samples.count,
        nanovoltsPerLSB: 2000, captureTime: 1_750_000_000_000_000 + UInt64(signal.firstSample) * 8000,
        isClockSynchronised: true, leadOff: signal.isLeadOff.contains(true) ? .positive : [],
        firmware: FirmwareVersion(rawValue: 0x10000))
      let plaintext = samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
      return StoredChunk(
        sequence: UInt64(index), message: try sealer.seal(plaintext, header: header).encoded(), receivedAt: 0)
    }
    return Session(
      gate: try ChunkGate(key: try key(.session), reference: reference, iv: iv),
      seal: try FindingsSeal(key: try key(.findings), reference: reference), stored: stored)
  }

  /// CPU time of this thread in microseconds.
  private static func cpuTime(_ body: () throws -> Void) rethrows -> Double {
    func reading() -> Double {
      var now = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now)
      return Double(now.tv_sec) * 1e6 + Double(now.tv_nsec) / 1000
    }
    let start = reading()
    try body()
    return reading() - start
  }

  /// Resident memory that a live session adds: keys, ciphers, and an analysis in full swing.
  private func bytesPerSession(_ patient: Session) throws -> Int {
    let count = 2000
    let key = try SecretBytes(randomCount: AEAD.keySize)
    // As in `session(_:)`.
    let reference = SessionReference(
      device: DeviceID("bench-0")!, session: SessionID([UInt8](repeating: 1, count: 16))!)
    let iv = SessionIV([UInt8](repeating: 2, count: 12))!
    let contents = patient.stored.prefix(16).map { patient.gate.open($0) }
    var live: [(ChunkGate, FindingsSeal, SessionPipeline)] = []
    live.reserveCapacity(count)
    let before = try Self.residentBytes
    for _ in 0..<count {
      let gate = try ChunkGate(key: SessionKey(purpose: .session, secret: key), reference: reference, iv: iv)
      let seal = try FindingsSeal(key: SessionKey(purpose: .findings, secret: key), reference: reference)
      var pipeline = SessionPipeline()
      for (index, content) in contents.enumerated() {
        _ = pipeline.advance(content, sequence: UInt64(index), receivedAt: 0, classify: BeatVerdict.none)
      }
      live.append((gate, seal, pipeline))
    }
    let after = try Self.residentBytes
    return withExtendedLifetime(live) { (after - before) / count }
  }

  /// The second number of `/proc/self/statm` is resident pages.
  private static var residentBytes: Int {
    get throws {
      let text = try String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
      return (text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * sysconf(Int32(_SC_PAGESIZE))
    }
  }
}
