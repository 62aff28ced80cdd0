/// The protected header of a chunk: authenticated, but in the clear, so that the broker can file it without a key.
public struct ChunkHeader: Hashable, Sendable {
  /// Most samples in one chunk: 187 at 125 Hz are 1.496 s.
  public static let maximumSampleCount = 187
  /// The private-use label of the chunk parameters (RFC 9052 §11.1 leaves labels below −65536 to applications).
  static let parametersLabel: Int64 = -65537

  /// Version of the device key that the session key was derived from (`kid`).
  public var keyVersion: KeyVersion
  /// AES-GCM nonce: session IV XOR sequence.
  public var nonce: [UInt8]
  /// The session (`kid context`).
  public var session: SessionID
  /// Position in the session, from 0, whatever the kind.
  public var sequence: UInt64
  /// What the samples are.
  public var kind: ChunkKind
  /// Index of the first sample within its kind and session; a jump is a declared gap.
  public var firstSample: UInt64
  /// Sampling rate in millihertz.
  public var sampleRateMillihertz: UInt32
  /// Number of samples, 1…187; 0 for a status chunk.
  public var count: Int
  /// Nanovolts at the electrode for one LSB; 0 where the kind is not a voltage.
  public var nanovoltsPerLSB: UInt32
  /// Unix time of the first sample in microseconds.
  public var captureTime: UInt64
  /// Whether the device's clock had been set by a time server.
  public var isClockSynchronised: Bool
  /// Which electrodes had lost contact.
  public var leadOff: LeadOff
  /// Firmware version.
  public var firmware: FirmwareVersion
  /// How many earlier chunks of this session the device still held.
  public var backlog: UInt64

  /// Describes a chunk; the codec checks the ranges.
  public init(
    keyVersion: KeyVersion, nonce: [UInt8], session: SessionID, sequence: UInt64, kind: ChunkKind, firstSample: UInt64,
    sampleRateMillihertz: UInt32 = 125_000, count: Int, nanovoltsPerLSB: UInt32, captureTime: UInt64,
    isClockSynchronised: Bool, leadOff: LeadOff = [], firmware: FirmwareVersion, backlog: UInt64 = 0
  ) {
    self.keyVersion = keyVersion
    self.nonce = nonce
    self.session = session
    self.sequence = sequence
    self.kind = kind
    self.firstSample = firstSample
    self.sampleRateMillihertz = sampleRateMillihertz
    self.count = count
    self.nanovoltsPerLSB = nanovoltsPerLSB
    self.captureTime = captureTime
    self.isClockSynchronised = isClockSynchronised
    self.leadOff = leadOff
    self.firmware = firmware
    self.backlog = backlog
  }

  /// The session IV that nonce and sequence imply. Never `nil` for a decoded header, whose nonce has 12 bytes.
  public var sessionIV: SessionIV? { SessionIV(nonce: nonce, sequence: sequence) }

  /// Every sequence below this that has not arrived is lost for ever.
  public var earliestHeldSequence: UInt64 { sequence - min(backlog, sequence) }
}

/// Electrodes that have lost contact (AD8232 LO+ and LO−).
public struct LeadOff: OptionSet, Hashable, Sendable, Codable {
  /// The bits as they stand in the header.
  public let rawValue: UInt8

  /// Takes the bits of a header.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// LO+.
  public static let positive = LeadOff(rawValue: 1)
  /// LO−.
  public static let negative = LeadOff(rawValue: 2)
}

/// A firmware version, three numbers of 16, 8 and 8 bits.
public struct FirmwareVersion: Hashable, Sendable, RawRepresentable, CustomStringConvertible {
  /// `major << 16 | minor << 8 | patch`.
  public let rawValue: UInt32

  /// Takes the number of a header.
  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// `major.minor.patch`.
  public var description: String { "\(rawValue >> 16).\(rawValue >> 8 & 0xFF).\(rawValue & 0xFF)" }
}
