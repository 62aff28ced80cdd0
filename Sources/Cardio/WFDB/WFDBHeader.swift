/// The header of a WFDB record (`.hea`), as header(5) of the WFDB Applications Guide describes it.
///
/// Single-segment records with one sample per frame in formats 16 and 212 are read; anything else is an error that says so.
public struct WFDBHeader: Hashable, Sendable {
  /// How samples are packed in a signal file, signal(5).
  public enum Format: Int, Hashable, Sendable {
    /// 16-bit two's complement, little-endian.
    case format16 = 16
    /// Pairs of 12-bit two's complement samples in three bytes.
    case format212 = 212

    /// The sample value that means "no sample".
    var missingValue: Int16 {
      switch self {
      case .format16: .min
      case .format212: -2048
      }
    }
  }

  /// One signal's line.
  public struct Signal: Hashable, Sendable {
    /// The signal file's name, in the header's own folder.
    public let fileName: String
    /// How its samples are packed.
    public let format: Format
    /// Bytes before the first sample (24 for a MATLAB v4 file).
    public let byteOffset: Int
    /// Converter units per physical unit; 200 where the header leaves it out, as header(5) says.
    public let gain: Double
    /// The converter value of 0 physical units.
    public let baseline: Int
    /// The physical unit; `mV` where the header leaves it out.
    public let units: String
    /// The converter's resolution in bits; 0 when unknown.
    public let adcResolution: Int
    /// The converter's value in the middle of its range.
    public let adcZero: Int
    /// The value of the first sample, when stated.
    public let initialValue: Int?
    /// The sum of all samples modulo 65,536, as a signed number, when stated.
    ///
    /// 0 counts as not stated: the headers of MATLAB files (`16+24`, as of the Challenge of 2017) write it in place of the
    /// sum, and an empty or constant signal needs no guard.
    public let checksum: Int16?
    /// What the signal is (`MLII`, `V5`); empty when not stated.
    public let label: String
  }

  /// The record's name.
  public let name: String
  /// Samples per second of every signal.
  public let sampleRate: SampleRate
  /// Samples per signal, when stated.
  public let sampleCount: Int?
  /// When the recording began, in seconds after midnight, when stated.
  public let startOfDay: Double?
  /// The signals, in the order of the file.
  public let signals: [Signal]
  /// The lines that begin with `#`, without it.
  public let comments: [String]

  /// Parses a header of at most ``WFDBLimits/headerBytes`` bytes; `file` names it in errors.
  public init(parsing bytes: [UInt8], file: String) throws(WFDBError) {
    var parser = try WFDBHeaderParser(bytes: bytes, file: file)
    self = try parser.parse()
  }

  init(
    name: String, sampleRate: SampleRate, sampleCount: Int?, startOfDay: Double?, signals: [Signal], comments: [String]
  ) {
    self.name = name
    self.sampleRate = sampleRate
    self.sampleCount = sampleCount
    self.startOfDay = startOfDay
    self.signals = signals
    self.comments = comments
  }
}
