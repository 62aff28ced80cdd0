internal import Findings
internal import Store
internal import Wire

/// A note or a label of a clinician.
struct MarkView: Encodable, Sendable {
  let id: String
  /// `note` or `label`.
  let kind: String
  let session: String
  let sample: UInt64
  let untilSample: UInt64?
  /// A label's R peak.
  let position: Double?
  /// A note's text, or why a beat was given another label.
  let text: String
  let label: String?
  let machineLabel: String?
  let author: String
  let atMs: UInt64
  /// Whether no later label stands for the same beat.
  let isCurrent: Bool

  init(_ mark: ChartDesk.Mark, isCurrent: Bool) {
    id = mark.record.id.hex
    kind = mark.body.kind.rawValue
    session = mark.record.reference.session.description
    sample = mark.body.sample
    untilSample = mark.body.untilSample
    position = mark.body.position
    text = mark.body.text
    label = mark.body.label
    machineLabel = mark.body.machineLabel
    author = mark.record.author
    atMs = mark.record.at / 1000
    self.isCurrent = isCurrent
  }

  /// Views of marks in the order in which they were made.
  static func views(_ marks: [ChartDesk.Mark]) -> [MarkView] {
    var last: [Int: [UInt8]] = [:]
    for mark in marks where mark.body.kind == .label {
      if let position = mark.body.position { last[ChartDesk.key(position)] = mark.record.id }
    }
    return marks.map { mark in
      let isCurrent = mark.body.position.map { last[ChartDesk.key($0)] == mark.record.id } ?? true
      return MarkView(mark, isCurrent: isCurrent)
    }
  }
}

/// That somebody took a session out of the system, or added to it.
struct ChartEventView: Encodable, Sendable {
  /// `note`, `label` or `export`.
  let kind: String
  let account: String
  let patient: String
  let device: String
  let session: String
  let format: String?
  let from: UInt64
  let count: UInt64
  let atMs: UInt64

  init(_ event: ChartEvent) {
    kind = event.kind.rawValue
    account = event.account
    patient = event.pseudonym.name
    device = event.reference.device.name
    session = event.reference.session.description
    format = event.format
    from = event.from
    count = event.count
    atMs = event.at / 1000
  }
}
