internal import Cardio
internal import Decryptor
internal import Findings
internal import Store
internal import Wire

/// A session in a list.
struct SessionListItem: Encodable, Sendable {
  let session: String
  let device: String
  let firstReceivedMs: UInt64
  let lastReceivedMs: UInt64
  /// Unix time of the first sample by the device's clock; `nil` where there is no ECG.
  let startMs: UInt64?
  /// From the first sample to the last one, gaps included.
  let seconds: Double
  let chunks: Int
  let isCurrent: Bool
  /// R peaks; `nil` where nothing was analysed or the key is refused.
  let beats: UInt64?
  let abnormalBeats: UInt64?

  init(
    _ record: SessionRecord, isCurrent: Bool, start: StripReader.Place?, end: StripReader.Place?,
    latest: Finding?
  ) {
    session = record.reference.session.description
    device = record.reference.device.name
    firstReceivedMs = record.firstReceivedAt / 1000
    lastReceivedMs = record.lastReceivedAt / 1000
    startMs = start.map { $0.captureTime / 1000 }
    if let start, let end {
      seconds = Double(end.firstSample + UInt64(end.count) - start.firstSample) * SampleRate.analysis.interval
    } else {
      seconds = 0
    }
    chunks = record.chunkCount
    self.isCurrent = isCurrent
    beats = latest?.beatCount
    abnormalBeats = latest?.abnormalBeatCount
  }
}

/// A beat in a list.
struct BeatListItem: Encodable, Sendable {
  /// R peak on the session's timeline at 125 Hz, in samples.
  let position: Double
  let timeMs: UInt64?
  /// What the machine says: `N`, `S`, `V`, `F` or `Q` where the model tells a class.
  let label: String?
  /// What a clinician said last, beside it.
  let clinicianLabel: String?
  let abnormalProbability: Double
  let isAbnormal: Bool
  let rrMs: Int?

  init(_ beat: HistoryBeat, at time: UInt64?, clinicianLabel: String? = nil) {
    position = beat.position
    timeMs = time.map { $0 / 1000 }
    label = beat.beatClass?.rawValue
    self.clinicianLabel = clinicianLabel
    abnormalProbability = beat.abnormalProbability
    isAbnormal = beat.isAbnormal
    rrMs = beat.rrMilliseconds
  }
}

/// Beats, and where to go on.
struct BeatListView: Encodable, Sendable {
  let items: [BeatListItem]
  /// The sample to ask from next; `nil` when these are all.
  let nextFrom: Int?
}
