internal import Decryptor
internal import Findings
internal import Store
internal import Wire

/// What is told, and to whom.
extension LiveHub {
  // MARK: Telling

  /// Publishes every status that changed, by itself or because time passed.
  func publishStatus() {
    lastStatus = lastStatus.filter { audience.includes($0.key) }
    for pseudonym in directory.patients.keys where audience.includes(pseudonym) {
      guard let status = status(of: pseudonym, for: .all), lastStatus[pseudonym] != status else { continue }
      let isNewLink = lastStatus[pseudonym]?.link != status.link
      lastStatus[pseudonym] = status
      publish("vitals", about: .patients([pseudonym]), status)
      if isNewLink { publish("link", about: .patients([pseudonym]), status) }
    }
  }

  func publish(_ name: String, about subject: EventLog.Subject, _ data: some Encodable) {
    guard let bytes = try? JSONReply.encode(data) else { return }
    let entry = log.append(name, about: subject, data: bytes)
    for stream in streams.values where Self.hears(stream, of: entry) { stream.mailbox.put([entry.bytes]) }
  }

  /// Whether an event is for a stream.
  private static func hears(_ stream: Stream, of entry: EventLog.Entry) -> Bool {
    switch entry.subject {
    case .patients(let patients): patients.contains { stream.includes($0) }
    case .nobody: stream.includes(nil)
    }
  }

  func isWatched(_ patient: Pseudonym) -> Bool { streams.values.contains { $0.includes(patient) } }

  // MARK: Streams

  /// Opens a stream; `nil` when there are too many.
  /// - Parameters:
  ///   - viewer: Who opens it.
  ///   - scope: What they may see, kept up to date from here on.
  ///   - patients: Pseudonyms to tell of; `nil` for all in the scope.
  ///   - lastID: The last event that the page saw, if it saw any.
  ///   - cut: Ends the connection of a page that has stopped reading.
  func open(
    as viewer: Viewer, _ scope: PatientScope, patients: Set<Pseudonym>?, after lastID: String?,
    cut: @escaping @Sendable () -> Void
  ) -> (number: Int, mailbox: EventMailbox)? {
    guard streams.count < Self.streamLimit, !isClosed else { return nil }
    let mailbox = EventMailbox()
    let stream = Stream(viewer: viewer, scope: scope, wanted: patients, mailbox: mailbox, cut: cut)
    if let lastID, case .events(let missed) = log.resume(after: lastID) {
      mailbox.put(missed.filter { Self.hears(stream, of: $0) }.map(\.bytes))
    } else {
      mailbox.put(snapshot(for: stream, isRestart: lastID != nil))
    }
    nextStream += 1
    streams[nextStream] = stream
    return (nextStream, mailbox)
  }

  /// Closes a stream.
  func close(stream number: Int) {
    streams[number]?.mailbox.close()
    streams[number] = nil
  }

  /// Closes all streams and opens no more: the server is going down.
  func closeAll() {
    isClosed = true
    for number in Array(streams.keys) { close(stream: number) }
  }

  /// Open streams.
  var streamCount: Int { streams.count }

  /// The present, for a page that has to begin anew; nothing for one that is closed.
  func restart(stream number: Int) -> [[UInt8]] {
    streams[number].map { snapshot(for: $0, isRestart: true) } ?? []
  }

  /// The present: what a page needs to begin.
  private func snapshot(for stream: Stream, isRestart: Bool) -> [[UInt8]] {
    var events: [[UInt8]] = []
    func add(_ name: String, _ data: some Encodable) {
      guard let bytes = try? JSONReply.encode(data) else { return }
      events.append(ServerSentEvent.encode(name, id: nil, data: bytes))
    }
    if isRestart { add("resync", LiveEvent.Empty()) }
    for pseudonym in directory.patients.keys.sorted() where stream.includes(pseudonym) {
      guard let status = status(of: pseudonym, for: stream.scope) else { continue }
      add("vitals", status)
      guard let follower = current(pseudonym, for: stream.scope)?.follower else { continue }
      let session = follower.record.reference.session
      for piece in follower.pieces { add("strip", LiveEvent.Strip(piece, patient: pseudonym, session: session)) }
      if !follower.beats.isEmpty {
        add(
          "beats", LiveEvent.Beats(follower.beats.suffix(RhythmStatement.window), patient: pseudonym, session: session))
      }
    }
    // The id of the present, so that a page that goes away now comes back here.
    if let bytes = try? JSONReply.encode(clock) {
      events.append(ServerSentEvent.encode("clock", id: log.latestID, data: bytes))
    }
    return events
  }

  private var clock: LiveEvent.Clock { LiveEvent.Clock(nowMs: time.unixMicroseconds() / 1000) }

  /// One heartbeat to every stream; cuts those that take nothing.
  func beat() {
    guard let data = try? JSONReply.encode(clock) else { return }
    let bytes = ServerSentEvent.encode("clock", id: nil, data: data)
    for (number, stream) in streams where stream.mailbox.beat(bytes) > Self.heartbeatsBeforeCut {
      stream.cut()
      close(stream: number)
    }
  }
}
