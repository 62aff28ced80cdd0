internal import Decryptor
internal import Findings
internal import Store
internal import Wire

/// What is told, and to whom.
extension LiveHub {
  // MARK: Telling

  /// Publishes every status that changed, by itself or, where all are looked at, because time passed.
  func publishStatus(ofAll isSweep: Bool) {
    if isSweep { lastStatus = lastStatus.filter { audience.includes($0.key) } }
    let candidates =
      isSweep ? Array(directory.patients.keys) : changed.compactMap { directory.wearer(of: $0, at: .max) }
    changed = []
    for pseudonym in candidates where audience.includes(pseudonym) {
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
    for stream in streams.values where Self.hears(stream, of: entry) {
      guard let untold = stream.untold else {
        stream.mailbox.put([entry.bytes])
        continue
      }
      // Who is yet to be told of is told as they are then, this included.
      if !untold.covers(name, about: subject) { stream.mailbox.put([entry.bytesWithoutID]) }
    }
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
    var stream = Stream(viewer: viewer, scope: scope, wanted: patients, mailbox: mailbox, cut: cut)
    if let lastID, case .events(let missed) = log.resume(after: lastID) {
      mailbox.put(missed.filter { Self.hears(stream, of: $0) }.map(\.bytes))
    } else {
      stream.untold = untold(of: stream, isRestart: lastID != nil)
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

  /// Whom a stream tells of; `nil` when it is over.
  func patients(toldBy number: Int) -> Set<Pseudonym>? { streams[number].map { Set(patients(toldBy: $0)) } }

  /// Whom a stream tells of.
  func patients(toldBy stream: Stream) -> some Sequence<Pseudonym> {
    directory.patients.keys.lazy.filter { stream.includes($0) }
  }

  /// Open streams.
  var streamCount: Int { streams.count }

  /// The server's clock as an event.
  func clockEvent(id: String?) -> [UInt8] {
    let clock = LiveEvent.Clock(nowMs: time.unixMicroseconds() / 1000)
    // Encoding one number cannot fail.
    return ServerSentEvent.encode("clock", id: id, data: (try? JSONReply.encode(clock)) ?? [])
  }

  /// One heartbeat to every stream; cuts those that take nothing.
  func beat() {
    let bytes = clockEvent(id: nil)
    for (number, stream) in streams where stream.mailbox.beat(bytes) > Self.heartbeatsBeforeCut {
      stream.cut()
      close(stream: number)
    }
  }
}
