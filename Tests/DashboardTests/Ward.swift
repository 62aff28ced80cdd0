import Cardio
import Dashboard
import Decryptor
import Findings
import Foundation
import KeyVaultClient
import Logging
import Sealing
import Store
import Synchronization
import Testing
import Wire

/// A clock that a test turns.
final class TestClock: Sendable {
  private let micros = Mutex<UInt64>(1_767_225_600_000_000)
  var now: UInt64 { micros.withLock { $0 } }
  func advance(_ seconds: Double) { micros.withLock { $0 += UInt64(seconds * 1_000_000) } }
  var timekeeper: Timekeeper {
    Timekeeper(unixMicroseconds: { self.now }, uptime: { .microseconds(Int64(self.now)) })
  }
}

/// A small hospital: store, keys, accounts, one patient who wears a device that seals a synthetic ECG.
final class Ward: Sendable {
  static let cheap = KeyDerivation.ScryptCost(n: 1 << 10, r: 8, p: 1)
  static let password = "correct horse battery staple"

  let store = MemoryStore()
  let clock = TestClock()
  let keys: FixedKeySource
  /// What the service asks for keys: tells whose were asked for.
  let asked: AskedKeys
  let service: DashboardService
  private let time: Timekeeper

  init(
    configuration: DashboardConfiguration? = nil, time: Timekeeper? = nil, vault: (any KeyAdministration)? = nil
  ) throws {
    keys = try FixedKeySource()
    asked = AskedKeys(keys)
    self.time = time ?? clock.timekeeper
    service = try DashboardService(
      configuration: configuration
        ?? DashboardConfiguration(port: 0, certificateChainPath: "", privateKeyPath: "", passwordCost: Self.cheap),
      chunks: store, findings: store, alerts: store, registry: store, changes: store, keys: asked,
      vault: vault, time: self.time, logger: Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() }))
  }

  /// A ward with one patient in bigeminy: so many chunks of ECG, 300 samples missing in the middle, and PPG beside it where wanted.
  static func monitoring(chunks: Int, withPulse: Bool = false) async throws -> (Ward, Pseudonym, Wearer) {
    let ward = try Ward()
    try await ward.addAccounts()
    let device = try #require(DeviceID("sb-001"))
    let patient = try await ward.addPatient(device: device)
    let wearer = try await Wearer(device: device, keys: ward.keys, preset: .bigeminy)
    for index in 0..<chunks {
      if index == chunks / 2 { wearer.skip(300) }
      ward.clock.advance(1.496)
      try await wearer.send(to: ward.store, at: ward.clock.now)
      if withPulse { try await wearer.sendPulse(to: ward.store, at: ward.clock.now) }
    }
    await ward.service.readStore()
    return (ward, patient, wearer)
  }

  func addAccounts() async throws {
    let accounts = try AccountAdministration(registry: store, cost: Self.cheap)
    for role in Role.allCases {
      try await accounts.create(
        name: role.rawValue, role: role, patients: .all, password: SecretBytes(copying: Self.password.utf8))
    }
  }

  func addPatient(name: String = "Anna Muster", device: DeviceID) async throws -> Pseudonym {
    try keys.setKey(SecretBytes(randomCount: 32), for: device)
    return try await PatientAdministration(registry: store, keys: keys, time: time).create(
      PatientIdentity(name: name, birthDate: "1950-02-28"), wearing: device)
  }

  /// A clinician who sees these patients alone.
  func addClinician(_ name: String, seeing patients: Set<Pseudonym>) async throws {
    try await AccountAdministration(registry: store, cost: Self.cheap).create(
      name: name, role: .clinician, patients: .only(patients), password: SecretBytes(copying: Self.password.utf8))
  }
}

/// Keys of another source, and whose they were asked for.
final class AskedKeys: SessionKeySource {
  private let source: FixedKeySource
  private let counts = Mutex<[DeviceID: Int]>([:])

  init(_ source: FixedKeySource) { self.source = source }

  /// How often keys of sessions of a device were asked for.
  func count(_ device: DeviceID) -> Int { counts.withLock { $0[device] ?? 0 } }

  func sessionKeys(_ requests: [SessionKeyRequest]) async throws(KeyVaultError) -> [SessionKeyAnswer] {
    counts.withLock { counts in
      for request in requests { counts[request.reference.device, default: 0] += 1 }
    }
    return try await source.sessionKeys(requests)
  }

  func recordKey(_ purpose: RecordKeyPurpose) async throws(KeyVaultError) -> SecretBytes {
    try await source.recordKey(purpose)
  }
}

/// A device on a patient's chest: seals chunks, and the findings that an analysis would make of them.
// @unchecked: a test drives it from one task at a time.
final class Wearer: @unchecked Sendable {
  let reference: SessionReference
  let iv: SessionIV
  private let sealer: ChunkSealer
  private let seal: FindingsSeal
  private var patient: SyntheticPatient
  private var sequence: UInt64 = 0
  private var sample: UInt64 = 0
  private var pulseSample: UInt64 = 0
  private var beats: UInt64 = 0
  private var abnormal: UInt64 = 0
  private var lastPosition: Double?
  /// Whether an electrode is off, whatever the heart.
  var isLeadOff = false
  /// Whether an analysis follows what is sent.
  var isAnalysed = true

  init(device: DeviceID, keys: FixedKeySource, preset: SyntheticPatient.Preset, seed: UInt64 = 1) async throws {
    guard let session = SessionID(try SecureRandom.bytes(16)), let iv = SessionIV(try SecureRandom.bytes(12)) else {
      throw SealingError.wrongSize("session")
    }
    reference = SessionReference(device: device, session: session)
    self.iv = iv
    let request = SessionKeyRequest(
      reference: reference, iv: iv, keyVersion: KeyVersion(rawValue: 1), purposes: [.session, .findings])
    guard case .released(let released)? = try await keys.sessionKeys([request]).first,
      let chunkKey = released[.session], let findingsKey = released[.findings]
    else { throw SealingError.wrongSize("keys") }
    sealer = try ChunkSealer(key: chunkKey, device: device)
    seal = try FindingsSeal(key: findingsKey, reference: reference)
    patient = SyntheticPatient(preset: preset, seed: seed)
  }

  /// Samples that are never taken.
  func skip(_ count: Int) {
    _ = patient.next(count)
    sample += UInt64(count)
  }

  /// Seals and commits one chunk and its finding.
  func send(to store: MemoryStore, at now: UInt64) async throws {
    let signal = patient.next(ChunkHeader.maximumSampleCount)
    let isLeadOff = isLeadOff || signal.isLeadOff.contains(true)
    let captured = now - 1_496_000
    let header = ChunkHeader(
      keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: sequence), session: reference.session,
      sequence: sequence, kind: .ecgLeadI, firstSample: sample, count: signal.microvolts.count,
      nanovoltsPerLSB: 1000, captureTime: captured, isClockSynchronised: true,
      leadOff: isLeadOff ? [.positive] : [], firmware: FirmwareVersion(rawValue: 0x010203))
    let plaintext = signal.microvolts.flatMap { value in
      let lsb = Int16(max(-32_000, min(32_000, value)))
      return [UInt8(truncatingIfNeeded: lsb), UInt8(truncatingIfNeeded: lsb >> 8)]
    }
    let chunk = try sealer.seal(plaintext, header: header)
    var telemetry = DeviceTelemetry(device: reference.device)
    telemetry.status = .online
    telemetry.statusSince = 1
    telemetry.committed = sequence + 1
    telemetry.latencyMilliseconds = LatencyPercentiles(p50: 62, p95: 90, p99: 140)
    _ = try await store.commit(
      ChunkBatch(
        chunks: [ReceivedChunk(device: reference.device, header: header, message: chunk.encoded(), receivedAt: now)],
        telemetry: [telemetry]))
    let found: [BeatFinding] = isLeadOff ? [] : signal.beats.map { beatFinding(of: $0, captured: captured) }
    beats += UInt64(found.count)
    abnormal += UInt64(found.count(where: \.isAbnormal))
    let rate = found.compactMap(\.rrMilliseconds).last.map { 60_000 / Double($0) }
    let finding = Finding(
      sequence: sequence, kind: .ecgLeadI, firstSample: sample, sampleCount: signal.microvolts.count,
      captureTime: captured, isClockSynchronised: true, leadOff: header.leadOff,
      quality: isLeadOff ? 0 : patient.preset == .noisy ? 0.42 : 0.94, beats: found, heartRate: isLeadOff ? nil : rate,
      beatCount: beats, abnormalBeatCount: abnormal)
    defer {
      sequence += 1
      sample += UInt64(signal.microvolts.count)
    }
    guard isAnalysed else { return }
    try await commit(finding, to: store, at: now)
  }

  private func commit(_ finding: Finding, to store: MemoryStore, at now: UInt64) async throws {
    let sealed = SealedFinding(sequence: finding.sequence, box: try seal.seal(finding))
    _ = try await store.commit(
      [
        AnalysisCommit(
          reference: reference, epoch: 1, analysedThrough: finding.sequence, findings: [sealed], checkpoint: nil,
          refusedChunks: 0)
      ], now: now)
  }

  /// What the analysis says of a status chunk: the chunk itself is not needed to read it.
  func sendStatus(_ status: StatusReading, to store: MemoryStore, at now: UInt64) async throws {
    let finding = Finding(
      sequence: sequence, kind: .status, firstSample: 0, sampleCount: 0, captureTime: now, isClockSynchronised: true,
      beatCount: beats, abnormalBeatCount: abnormal, status: status)
    try await commit(finding, to: store, at: now)
    sequence += 1
  }

  /// Seals and commits one chunk of red light: 1000, 1001 … 1099, 1000 …
  func sendPulse(to store: MemoryStore, at now: UInt64) async throws {
    let header = ChunkHeader(
      keyVersion: KeyVersion(rawValue: 1), nonce: iv.nonce(sequence: sequence), session: reference.session,
      sequence: sequence, kind: .ppgRed, firstSample: pulseSample, count: ChunkHeader.maximumSampleCount,
      nanovoltsPerLSB: 0, captureTime: now - 1_496_000, isClockSynchronised: true,
      firmware: FirmwareVersion(rawValue: 0x010203))
    let plaintext = (0..<ChunkHeader.maximumSampleCount).flatMap { index in
      let count = 1000 + (Int(pulseSample) + index) % 100
      return [UInt8(truncatingIfNeeded: count), UInt8(truncatingIfNeeded: count >> 8)]
    }
    let chunk = try sealer.seal(plaintext, header: header)
    _ = try await store.commit(
      ChunkBatch(chunks: [
        ReceivedChunk(device: reference.device, header: header, message: chunk.encoded(), receivedAt: now)
      ]))
    let finding = Finding(
      sequence: sequence, kind: .ppgRed, firstSample: pulseSample, sampleCount: ChunkHeader.maximumSampleCount,
      captureTime: now - 1_496_000, isClockSynchronised: true, beatCount: beats, abnormalBeatCount: abnormal)
    try await commit(finding, to: store, at: now)
    sequence += 1
    pulseSample += UInt64(ChunkHeader.maximumSampleCount)
  }

  /// Opens an alert about this session.
  func alert(_ body: AlertBody, in store: MemoryStore, at now: UInt64) async throws -> AlertID {
    guard let id = AlertID(try SecureRandom.bytes(16)) else { throw SealingError.wrongSize("alert") }
    let box = try seal.seal(Array(JSONEncoder().encode(body)), kind: .alert, name: id.description)
    try await store.commit(
      AlertBatch(opened: [
        AlertRecord(id: id, reference: reference, state: .open, openedAt: now, updatedAt: now, box: box)
      ]))
    return id
  }

  private func beatFinding(of beat: SyntheticBeat, captured: UInt64) -> BeatFinding {
    defer { lastPosition = beat.position }
    let isAbnormal = beat.beatClass.isAbnormal
    return BeatFinding(
      position: beat.position, time: captured, rrMilliseconds: lastPosition.map { UInt32((beat.position - $0) * 8) },
      amplitudeMicrovolts: 1100, abnormalProbability: isAbnormal ? 0.97 : 0.02, isAbnormal: isAbnormal)
  }
}
