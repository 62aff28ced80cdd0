import Cardio
import Sealing
import Store
import Wire

/// A device that seals a synthetic ECG, chunk by chunk, as the wire format says.
struct TestDevice {
  static let begin: UInt64 = 1_750_000_000_000_000

  let reference: SessionReference
  let key: SecretBytes
  let iv: SessionIV
  let keyVersion = KeyVersion(rawValue: 1)
  private let sealer: ChunkSealer

  init(_ number: Int) throws {
    // A name of letters and digits, 16 and 12 bytes.
    let device = DeviceID("sb-\(number)")!
    let session = SessionID((0..<16).map { UInt8(truncatingIfNeeded: number &* 31 &+ $0) })!
    iv = SessionIV((0..<12).map { UInt8(truncatingIfNeeded: number &* 17 &+ $0) })!
    reference = SessionReference(device: device, session: session)
    key = SecretBytes(copying: (0..<32).map { UInt8(truncatingIfNeeded: number &+ $0) })
    sealer = try ChunkSealer(key: try Self.sessionKey(key, reference, iv, .session), device: device)
  }

  static func sessionKey(
    _ key: SecretBytes, _ reference: SessionReference, _ iv: SessionIV, _ purpose: SessionKeyPurpose
  ) throws -> SessionKey {
    try SessionKey(
      deviceKey: key, device: reference.device, session: reference.session, iv: iv, purpose: purpose)
  }

  func sessionKey(_ purpose: SessionKeyPurpose) throws -> SessionKey {
    try Self.sessionKey(key, reference, iv, purpose)
  }

  func header(_ piece: SignalPiece, sequence: UInt64, backlog: UInt64 = 0) -> ChunkHeader {
    ChunkHeader(
      keyVersion: keyVersion, nonce: iv.nonce(sequence: sequence), session: reference.session, sequence: sequence,
      kind: piece.kind, firstSample: piece.firstSample, count: piece.samples.count,
      nanovoltsPerLSB: piece.kind.isECG ? 2000 : 0, captureTime: piece.captureTime, isClockSynchronised: true,
      leadOff: piece.leadOff, firmware: FirmwareVersion(rawValue: 0x10000), backlog: backlog)
  }

  func seal(_ piece: SignalPiece, sequence: UInt64, backlog: UInt64 = 0) throws -> ReceivedChunk {
    let header = header(piece, sequence: sequence, backlog: backlog)
    let sealed = try sealer.seal(piece.plaintext, header: header)
    return ReceivedChunk(
      device: reference.device, header: header, message: sealed.encoded(), receivedAt: piece.captureTime + 2_000_000)
  }
}

/// Samples for one chunk.
struct SignalPiece: Hashable {
  var samples: [Int16]
  var firstSample: UInt64
  var captureTime: UInt64
  var leadOff: LeadOff = []
  var kind = ChunkKind.ecgLeadI
  /// Instead of samples.
  var status: [UInt8] = []

  var plaintext: [UInt8] {
    kind == .status
      ? status : samples.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8(truncatingIfNeeded: $0 >> 8)] }
  }

  static func status(_ plaintext: [UInt8], captureTime: UInt64) -> SignalPiece {
    SignalPiece(samples: [], firstSample: 0, captureTime: captureTime, kind: .status, status: plaintext)
  }

  /// A synthetic patient's signal, cut by `lengths` in turn.
  static func cut(
    _ preset: SyntheticPatient.Preset, seconds: Int, seed: UInt64 = 1, lengths: () -> Int = { 187 }
  ) -> [SignalPiece] {
    var patient = SyntheticPatient(preset: preset, seed: seed)
    let signal = patient.next(seconds * 125)
    let samples = signal.microvolts.map { Int16(max(-32_000, min(32_000, ($0 / 2).rounded()))) }
    var pieces: [SignalPiece] = []
    var start = 0
    while start < samples.count {
      var end = min(samples.count, start + lengths())
      // A chunk is with or without contact, never both.
      if let change = (start..<end).first(where: { signal.isLeadOff[$0] != signal.isLeadOff[start] }) { end = change }
      pieces.append(
        SignalPiece(
          samples: Array(samples[start..<end]), firstSample: UInt64(start),
          captureTime: TestDevice.begin + UInt64(start) * 8000, leadOff: signal.isLeadOff[start] ? .positive : []))
      start = end
    }
    return pieces
  }
}
