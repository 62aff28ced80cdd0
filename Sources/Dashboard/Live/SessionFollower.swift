internal import Decryptor
internal import Findings
internal import Store
internal import Wire

/// What is known of the session that a device is in: bounded, updated by the hub.
struct SessionFollower: Sendable {
  /// Beats kept: some minutes, for the rhythm's window and for a page that opens.
  static let beatLimit = 256
  /// Pieces of strip kept of each channel for a page that opens: 12 s.
  static let pieceLimit = 8
  /// Sequence numbers read at the beginning: 12 s of three channels.
  static let stripLimit = 3 * pieceLimit
  /// Findings read at the beginning: 90 s.
  static let firstFindings = 60

  /// The session as the store tells it.
  var record: SessionRecord
  /// The last finding that was read.
  var readThrough: UInt64?
  /// The latest finding that has ECG.
  var latest: Finding?
  /// The charge of the device's battery as its last status said, 0…1.
  var battery: Double?
  /// What the device counted by itself while it had no connection, as its last status said.
  var deviceBeats: PatientStatus.DeviceBeats?
  /// When findings last came.
  var findingsReceivedAt: UnixMicroseconds?
  /// The latest beats, in order.
  var beats: [BeatFinding] = []
  /// The strip that is being followed while somebody looks.
  var strip: LiveStrip?
  /// Its latest pieces.
  var pieces: [StripSegment] = []
  /// Whether keys of the device were asked for.
  var isOpened = false
  /// The vault refuses the key.
  var isKeyRefused = false

  init(record: SessionRecord) { self.record = record }

  /// The lead that is shown: the first one that this session has.
  var lead: ChunkKind? { latest?.kind ?? pieces.first { $0.kind.isECG }?.kind }

  /// Forgets everything that was opened: nobody may see the patient any more.
  mutating func conceal() { self = SessionFollower(record: record) }

  /// Takes note of findings, in order.
  mutating func note(_ findings: [Finding], at now: UnixMicroseconds) {
    for finding in findings {
      readThrough = finding.sequence
      battery = finding.status?.battery ?? battery
      deviceBeats = PatientStatus.DeviceBeats(finding) ?? deviceBeats
      guard finding.kind.isECG, finding.sampleCount > 0 else { continue }
      latest = finding
      beats += finding.beats
    }
    if !findings.isEmpty { findingsReceivedAt = now }
    if beats.count > Self.beatLimit { beats.removeFirst(beats.count - Self.beatLimit) }
  }

  /// Takes note of strip, in order.
  mutating func note(_ segments: [StripSegment]) {
    pieces += segments
    var kept: [ChunkKind: Int] = [:]
    pieces = pieces.reversed().filter { piece in
      kept[piece.kind, default: 0] += 1
      return kept[piece.kind, default: 0] <= Self.pieceLimit
    }.reversed()
  }
}
