import FirmwareCore
import Wire

/// What the portable core's storage and NVS seams call: the box whose address they carry as their context.
final class CoreSeams {
  let outbox: any ChunkOutbox
  let values: any KeyValueStore
  /// The records at start, while the core lists them.
  private var listing: [OutboxRecord] = []
  /// Why the storage refused last; the core itself knows only that it did.
  private(set) var lastFailure: DeviceError?

  init(outbox: any ChunkOutbox, values: any KeyValueStore) {
    self.outbox = outbox
    self.values = values
  }

  var context: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  private static func from(_ context: UnsafeMutableRawPointer?) -> CoreSeams? {
    context.map { Unmanaged<CoreSeams>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Runs `body` and turns what it throws into the core's answer.
  private func answer(_ body: () throws(DeviceError) -> Void) -> sb_err_t {
    do throws(DeviceError) {
      try body()
      return SB_OK
    } catch {
      lastFailure = error
      return SB_ERR_STORAGE
    }
  }

  private static func copy(
    _ bytes: [UInt8], to out: UnsafeMutablePointer<UInt8>?, _ capacity: Int, _ length: UnsafeMutablePointer<Int>?
  ) -> sb_err_t {
    guard let out, let length else { return SB_ERR_ARGUMENT }
    guard bytes.count <= capacity else { return SB_ERR_SPACE }
    out.update(from: bytes, count: bytes.count)
    length.pointee = bytes.count
    return SB_OK
  }

  var storage: sb_storage_t {
    sb_storage_t(
      context: context,
      append: { context, session, sequence, bytes, length, record in
        guard let seams = CoreSeams.from(context), let session, let record else { return SB_ERR_ARGUMENT }
        return seams.answer { () throws(DeviceError) in
          record.pointee = try seams.outbox.append(
            session: SessionID(session.pointee), sequence: sequence,
            message: Array(UnsafeBufferPointer(start: bytes, count: length)))
        }
      },
      flush: { context in
        guard let seams = CoreSeams.from(context) else { return SB_ERR_ARGUMENT }
        return seams.answer { () throws(DeviceError) in try seams.outbox.flush() }
      },
      read: { context, record, out, capacity, length in
        guard let seams = CoreSeams.from(context) else { return SB_ERR_ARGUMENT }
        var message: [UInt8] = []
        let error = seams.answer { () throws(DeviceError) in message = try seams.outbox.read(record) }
        return error == SB_OK ? CoreSeams.copy(message, to: out, capacity, length) : error
      },
      remove: { context, record in
        guard let seams = CoreSeams.from(context) else { return SB_ERR_ARGUMENT }
        return seams.answer { () throws(DeviceError) in try seams.outbox.remove(record) }
      },
      next: { context, cursor, out in
        guard let seams = CoreSeams.from(context), let cursor, let out else { return SB_ERR_ARGUMENT }
        return seams.list(&cursor.pointee, &out.pointee)
      })
  }

  private func list(_ cursor: inout UInt32, _ out: inout sb_storage_record_t) -> sb_err_t {
    if cursor == 0 { listing = outbox.records }
    guard Int(cursor) < listing.count else {
      listing = []
      return SB_ERR_EMPTY
    }
    let record = listing[Int(cursor)]
    cursor += 1
    out = sb_storage_record_t(
      session: sb_session_id_t(record.session), sequence: record.sequence, record: record.number)
    return SB_OK
  }

  var nvs: sb_nvs_t {
    sb_nvs_t(
      context: context,
      get: { context, name, out, capacity, length in
        guard let seams = CoreSeams.from(context), let name else { return SB_ERR_ARGUMENT }
        guard let blob = seams.values.get(String(cString: name)) else { return SB_ERR_NOT_FOUND }
        return CoreSeams.copy(blob, to: out, capacity, length)
      },
      set: { context, name, bytes, length in
        guard let seams = CoreSeams.from(context), let name else { return SB_ERR_ARGUMENT }
        let blob = Array(UnsafeBufferPointer(start: bytes, count: length))
        return seams.answer { () throws(DeviceError) in try seams.values.set(String(cString: name), blob) }
      },
      erase: { context, name in
        guard let seams = CoreSeams.from(context), let name else { return SB_ERR_ARGUMENT }
        return seams.answer { () throws(DeviceError) in try seams.values.erase(String(cString: name)) }
      })
  }
}

extension SessionID {
  init(_ id: sb_session_id_t) {
    // Never nil: both are sixteen octets.
    self = withUnsafeBytes(of: id.bytes) { SessionID(Array($0))! }
  }
}

extension sb_session_id_t {
  init(_ id: SessionID) {
    self.init()
    withUnsafeMutableBytes(of: &bytes) { $0.copyBytes(from: id.bytes) }
  }
}
