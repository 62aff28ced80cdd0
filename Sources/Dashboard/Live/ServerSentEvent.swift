/// The format of an event stream (WHATWG HTML §9.2.6).
enum ServerSentEvent {
  /// - Parameters:
  ///   - id: `nil` for an event that a page that comes back need not hear again; empty to have a page forget the id that it
  ///     would come back with.
  ///   - data: One line.
  static func encode(_ name: String, id: String?, data: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(data.count + 64)
    if let id { bytes += idLine(id) }
    bytes += "event: \(name)\ndata: ".utf8
    bytes += data
    bytes += "\n\n".utf8
    return bytes
  }

  /// The line that carries an id, in bytes.
  static func idLine(_ id: String) -> [UInt8] { Array("id: \(id)\n".utf8) }
}
