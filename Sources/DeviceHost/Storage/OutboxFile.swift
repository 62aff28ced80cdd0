import Glibc
public import Wire

/// An outbox in one append-only file, which survives `kill -9` at any moment and a loss of power after ``flush()``.
///
/// A record that was torn by the end of the process is cut off at the next start; a rotten one is left out and counted.
/// When nothing is held the file is emptied, and when most of it is removals it is written anew.
public final class OutboxFile: ChunkOutbox {
  /// The file is rewritten once this much of it is dead and more than half: rewriting costs, and 4 MiB are cheap.
  static let compactionThreshold = 4 << 20
  /// The largest file unless another limit is given: more than a day of one lead.
  public static let defaultLimit = 64 << 20

  private struct Place {
    let record: OutboxRecord
    let offset: Int
    let length: Int
  }

  /// Its path.
  public let path: String
  /// The largest size that the file may have, in bytes: a partition's size on the board.
  public let limit: Int
  /// Bytes cut off the end at start because the last write was torn.
  public private(set) var tornBytes = 0
  /// Records left out at start because their check did not match.
  public private(set) var damagedRecords = 0

  private var descriptor: Int32
  private var end = 0
  private var liveBytes = 0
  private var next: UInt32 = 0
  private var places: [UInt32: Place] = [:]

  /// Opens or makes the file and reads what it holds.
  public init(path: String, limit: Int = OutboxFile.defaultLimit) throws(DeviceError) {
    self.path = path
    self.limit = limit
    descriptor = try Self.open(path)
    do throws(DeviceError) {
      try load()
    } catch {
      close(descriptor)
      throw error
    }
  }

  deinit { close(descriptor) }

  /// Appends a chunk. A disk or file that is full is ``DeviceError/Code/storageFull`` and leaves nothing behind.
  public func append(session: SessionID, sequence: UInt64, message: [UInt8]) throws(DeviceError) -> UInt32 {
    let record = OutboxFileRecord(kind: .chunk, session: session.bytes, sequence: sequence, message: message)
    let offset = end + OutboxFileRecord.headBytes
    try write(record.encoded)
    return keep(session: session, sequence: sequence, offset: offset, length: message.count)
  }

  /// `fdatasync`.
  public func flush() throws(DeviceError) {
    guard fdatasync(descriptor) == 0 else { throw failure("cannot make durable") }
  }

  /// Reads a message back.
  public func read(_ record: UInt32) throws(DeviceError) -> [UInt8] {
    guard let place = places[record] else { throw DeviceError(.storage, "\(path): no record \(record)") }
    var message = [UInt8](repeating: 0, count: place.length)
    let count = pread(descriptor, &message, place.length, off_t(place.offset))
    guard count == place.length else { throw failure("cannot read") }
    return message
  }

  /// Notes that the record's receipt has come. A note lost with the power only means that the chunk is sent again.
  public func remove(_ record: UInt32) throws(DeviceError) {
    guard let place = places.removeValue(forKey: record) else { return }
    liveBytes -= Self.fileBytes(place.length)
    if places.isEmpty {
      try truncate(to: 0)
    } else if end - liveBytes > Self.compactionThreshold && end > 2 * liveBytes {
      try compact()
    } else {
      let note = OutboxFileRecord(
        kind: .removal, session: place.record.session.bytes, sequence: place.record.sequence, message: [])
      try write(note.encoded)
    }
  }

  /// What is held, in the order of appending.
  public var records: [OutboxRecord] { places.values.map(\.record).sorted { $0.number < $1.number } }

  // MARK: The file

  private static func open(_ path: String) throws(DeviceError) -> Int32 {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw DeviceError(.storage, "\(path): cannot open: \(String(cString: strerror(errno)))")
    }
    // Two processes with one outbox would tear each other's records.
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw DeviceError(.storage, "\(path): another process uses this outbox")
    }
    return descriptor
  }

  private func load() throws(DeviceError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw failure("cannot read") }
    var bytes = [UInt8](repeating: 0, count: Int(status.st_size))
    guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count else { throw failure("cannot read") }
    var numbers: [OutboxKey: UInt32] = [:]
    parsing: while end < bytes.count {
      switch OutboxFileRecord.parse(bytes[end...]) {
      case .record(let record, let length):
        let key = OutboxKey(session: record.session, sequence: record.sequence)
        if record.kind == .chunk, let session = SessionID(record.session) {
          numbers[key] = keep(
            session: session, sequence: record.sequence, offset: end + OutboxFileRecord.headBytes,
            length: record.message.count)
        } else if let number = numbers[key], let place = places.removeValue(forKey: number) {
          liveBytes -= Self.fileBytes(place.length)
        }
        end += length
      case .damaged(let length):
        damagedRecords += 1
        end += length
      case .torn:
        break parsing
      }
    }
    tornBytes = bytes.count - end
    if places.isEmpty { end = 0 }
    if end < bytes.count { try truncate(to: end) }
  }

  private func keep(session: SessionID, sequence: UInt64, offset: Int, length: Int) -> UInt32 {
    let number = next
    next &+= 1
    places[number] = Place(
      record: OutboxRecord(number: number, session: session, sequence: sequence), offset: offset, length: length)
    liveBytes += Self.fileBytes(length)
    return number
  }

  private func write(_ bytes: [UInt8]) throws(DeviceError) {
    guard end + bytes.count <= limit else {
      throw DeviceError(.storageFull, "\(path): the outbox has its limit of \(limit) bytes")
    }
    let count = pwrite(descriptor, bytes, bytes.count, off_t(end))
    guard count == bytes.count else {
      let error = failure(count < 0 ? "cannot write" : "cannot write: the disk is full", isFull: count >= 0)
      // What was written of it must not stay in front of the next record.
      _ = ftruncate(descriptor, off_t(end))
      throw error
    }
    end += bytes.count
  }

  private func truncate(to size: Int) throws(DeviceError) {
    guard ftruncate(descriptor, off_t(size)) == 0 else { throw failure("cannot cut") }
    end = size
  }

  /// Writes what is held into a new file and puts it in place of the old one.
  private func compact() throws(DeviceError) {
    let temporary = path + ".new"
    unlink(temporary)
    let old = descriptor
    let kept = records
    var messages: [[UInt8]] = []
    for record in kept { messages.append(try read(record.number)) }
    let fresh = try Self.open(temporary)
    var offset = 0
    var moved: [UInt32: Place] = [:]
    for (record, message) in zip(kept, messages) {
      let bytes = OutboxFileRecord(
        kind: .chunk, session: record.session.bytes, sequence: record.sequence, message: message
      ).encoded
      guard pwrite(fresh, bytes, bytes.count, off_t(offset)) == bytes.count else {
        close(fresh)
        unlink(temporary)
        throw failure("cannot write anew", isFull: errno == ENOSPC)
      }
      moved[record.number] = Place(
        record: record, offset: offset + OutboxFileRecord.headBytes, length: message.count)
      offset += bytes.count
    }
    guard fdatasync(fresh) == 0, rename(temporary, path) == 0 else {
      close(fresh)
      unlink(temporary)
      throw failure("cannot write anew")
    }
    descriptor = fresh
    close(old)
    places = moved
    end = offset
    liveBytes = offset
  }

  private func failure(_ what: String, isFull: Bool = false) -> DeviceError {
    let isFull = isFull || errno == ENOSPC || errno == EDQUOT
    return DeviceError(
      isFull ? .storageFull : .storage,
      isFull ? "\(path): the disk is full" : "\(path): \(what): \(String(cString: strerror(errno)))")
  }

  private static func fileBytes(_ messageLength: Int) -> Int {
    OutboxFileRecord.headBytes + messageLength + OutboxFileRecord.checkBytes
  }
}

private struct OutboxKey: Hashable {
  let session: [UInt8]
  let sequence: UInt64
}
