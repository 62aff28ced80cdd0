internal import Store
internal import Wire

/// Whom a page is yet to be told of.
struct Untold: Sendable {
  /// The patients, the next one last.
  private var queue: [Pseudonym]
  private var members: Set<Pseudonym>
  /// Whether the page has to be told first that it begins anew.
  private var announcesRestart: Bool

  init(_ patients: some Sequence<Pseudonym>, isRestart: Bool) {
    queue = patients.sorted(by: >)
    members = Set(queue)
    announcesRestart = isRestart
  }

  /// Whether an event is part of what the page will be told of a patient. Others (an alert, a change of the list) are not, and
  /// must reach it.
  func covers(_ event: String, about subject: EventLog.Subject) -> Bool {
    guard ["vitals", "link", "strip", "beats"].contains(event), case .patients(let patients) = subject else {
      return false
    }
    return patients.isSubset(of: members)
  }

  /// Whether the page is to be told now that it begins anew: once.
  mutating func takeRestart() -> Bool {
    defer { announcesRestart = false }
    return announcesRestart
  }

  /// The next patient; `nil` when all were told.
  mutating func next() -> Pseudonym? {
    guard let patient = queue.popLast() else { return nil }
    members.remove(patient)
    return patient
  }
}

/// The present, as a page that begins needs it: taken by who writes to the page, in pieces, as fast as the page reads.
extension LiveHub {
  /// A piece of the present ends with the patient who fills it: what is held for one page at a time.
  static let presentPieceSize = 64 << 10

  /// Begins anew: the whole present is told again.
  func restart(stream number: Int) {
    guard let stream = streams[number] else { return }
    stream.mailbox.empty()
    streams[number]?.untold = untold(of: stream, isRestart: true)
  }

  /// All of whom a stream tells.
  func untold(of stream: Stream, isRestart: Bool) -> Untold {
    Untold(patients(toldBy: stream), isRestart: isRestart)
  }

  /// The next piece of the present for a stream, each patient as they are at this moment; `nil` when its page knows it. The last
  /// piece carries the id with which a page that goes away comes back.
  func nextPiece(ofPresentFor number: Int) -> [UInt8]? {
    guard let stream = streams[number], var untold = stream.untold else { return nil }
    var piece: [UInt8] = []
    // An empty id: who is cut off now has to begin anew once more.
    if untold.takeRestart() { piece += ServerSentEvent.encode("resync", id: "", data: Array("{}".utf8)) }
    while piece.count < Self.presentPieceSize {
      guard let patient = untold.next() else {
        streams[number]?.untold = nil
        return piece + clockEvent(id: log.latestID)
      }
      if stream.includes(patient) { piece += present(of: patient, for: stream.scope) }
    }
    streams[number]?.untold = untold
    return piece
  }

  /// What a page needs to show a patient.
  private func present(of pseudonym: Pseudonym, for scope: PatientScope) -> [UInt8] {
    guard let status = status(of: pseudonym, for: scope) else { return [] }
    var bytes: [UInt8] = []
    func add(_ name: String, _ data: some Encodable) {
      guard let encoded = try? JSONReply.encode(data) else { return }
      bytes += ServerSentEvent.encode(name, id: nil, data: encoded)
    }
    add("vitals", status)
    guard let follower = current(pseudonym, for: scope)?.follower else { return bytes }
    let session = follower.record.reference.session
    for piece in follower.pieces { add("strip", LiveEvent.Strip(piece, patient: pseudonym, session: session)) }
    if !follower.beats.isEmpty {
      add("beats", LiveEvent.Beats(follower.beats.suffix(RhythmStatement.window), patient: pseudonym, session: session))
    }
    return bytes
  }

  /// What to write next to a page: what waits for it, then the next piece of the present if it does not know that yet.
  /// - Returns: `nil` when the stream is over.
  func nextBytes(for number: Int, from mailbox: EventMailbox) async -> [UInt8]? {
    while true {
      let isTelling = streams[number]?.untold != nil
      switch isTelling ? mailbox.poll() : await mailbox.next() {
      case .events(let events): return Array(events.joined()) + (nextPiece(ofPresentFor: number) ?? [])
      case .resync: restart(stream: number)
      case .closed: return nil
      case nil: if let piece = nextPiece(ofPresentFor: number) { return piece }
      }
    }
  }
}
