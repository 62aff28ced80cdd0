package import Store

/// The latest events, each under a number, so that a page that lost its connection goes on where it stopped.
///
/// An id is `epoch-number`: a server that started anew has another epoch, so that its numbers cannot be mistaken.
package struct EventLog: Sendable {
  /// Events kept: with six patients some minutes, with two hundred some ten seconds; a page that was away for longer starts
  /// with the present. At about 700 bytes an event this is 3 MiB.
  package static let capacity = 4096

  /// Whom an event is about: who may not see them does not hear of it.
  package enum Subject: Sendable {
    /// Patients, one or several.
    case patients(Set<Pseudonym>)
    /// What no present patient's is: for those who see all.
    case nobody
  }

  /// One event, encoded once for all who read it.
  package struct Entry: Sendable {
    /// Its number.
    package let number: UInt64
    /// Whom it is about.
    package let subject: Subject
    /// As it goes on the wire.
    package let bytes: [UInt8]
    /// Bytes of the line with its id, before everything else.
    private let idLength: Int

    /// Encodes an event.
    fileprivate init(_ name: String, id: String, number: UInt64, subject: Subject, data: [UInt8]) {
      self.number = number
      self.subject = subject
      bytes = ServerSentEvent.encode(name, id: id, data: data)
      idLength = ServerSentEvent.idLine(id).count
    }

    /// As it goes to a page that has not been told of the whole present yet: without an id, so that a page which is cut off
    /// meanwhile does not come back behind what it never heard.
    package var bytesWithoutID: [UInt8] { Array(bytes[idLength...]) }
  }

  /// What to send to somebody who comes back.
  package enum Resumption: Sendable {
    /// These, and nothing was missed.
    case events([Entry])
    /// Too much was missed: begin with the present.
    case restart
  }

  private let epoch: String
  private var entries: [Entry] = []
  private var next: UInt64 = 1

  /// Begins to count.
  package init(epoch: String) { self.epoch = epoch }

  /// The id of the latest event.
  package var latestID: String { id(next - 1) }

  /// Encodes and keeps an event.
  @discardableResult
  package mutating func append(_ name: String, about subject: Subject, data: [UInt8]) -> Entry {
    let entry = Entry(name, id: id(next), number: next, subject: subject, data: data)
    next += 1
    entries.append(entry)
    // Cut rarely, so that an append costs little.
    if entries.count >= Self.capacity + Self.capacity / 4 { entries.removeFirst(entries.count - Self.capacity) }
    return entry
  }

  /// What has happened since an id that a page saw last.
  package func resume(after id: String) -> Resumption {
    let parts = id.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0] == epoch, let seen = UInt64(parts[1]), seen < next else { return .restart }
    let oldest = entries.first?.number ?? next
    guard seen + 1 >= oldest else { return .restart }
    return .events(Array(entries.suffix(Int(next - 1 - seen))))
  }

  private func id(_ number: UInt64) -> String { "\(epoch)-\(number)" }
}
