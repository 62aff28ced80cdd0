internal import Foundation
internal import Glibc
public import Logging

/// Writes one JSON object a line: `time`, `level`, `service`, `message`, and the metadata under their own names.
public struct JSONLogHandler: LogHandler {
  /// Least level that is written.
  public var logLevel: Logger.Level
  /// Metadata of every line.
  public var metadata: Logger.Metadata = [:]
  /// Where metadata of the current task comes from.
  public var metadataProvider: Logger.MetadataProvider?

  private let service: String
  private let sink: LogSink

  /// - Parameters:
  ///   - service: which process speaks.
  ///   - level: least level that is written.
  ///   - sink: where lines go.
  public init(service: String, level: Logger.Level, sink: LogSink = .standardError) {
    self.service = service
    self.sink = sink
    logLevel = level
  }

  /// Reads or changes one value of ``metadata``.
  public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  /// Writes one line.
  public func log(event: LogEvent) {
    var fields = metadata
    if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
    if let own = event.metadata { fields.merge(own) { $1 } }
    var line = "{\"time\":\"\(LogTime.now())\",\"level\":\"\(event.level.rawValue)\",\"service\":"
    line += JSONText.quoted(service) + ",\"message\":" + JSONText.quoted(event.message.description)
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) {
      line += "," + JSONText.quoted(key) + ":" + JSONText.quoted(value.description)
    }
    sink.write(line + "}\n")
  }
}

/// Writes lines for a person at a terminal.
struct TerminalLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  let service: String
  let sink: LogSink

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let own = event.metadata { fields.merge(own) { $1 } }
    let pairs = fields.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
    let level = event.level.rawValue.padding(toLength: 7, withPad: " ", startingAt: 0)
    sink.write("\(LogTime.now()) \(level) \(service): \(event.message)\(pairs)\n")
  }
}

/// Where log lines go, each in one write, so that processes that share a file do not tear each other's lines.
public struct LogSink: Sendable {
  let write: @Sendable (String) -> Void

  /// A sink of one's own, for tests.
  public init(write: @escaping @Sendable (String) -> Void) { self.write = write }

  /// File descriptor 2.
  public static let standardError = LogSink { line in
    var octets = Array(line.utf8)[...]
    while !octets.isEmpty {
      let written = octets.withUnsafeBytes { Glibc.write(2, $0.baseAddress, $0.count) }
      guard written > 0 else { return }
      octets = octets.dropFirst(written)
    }
  }
}

enum LogTime {
  /// RFC 3339 in UTC with milliseconds.
  static func now() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    var parts = tm()
    gmtime_r(&now.tv_sec, &parts)
    func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }
    let milliseconds = String(1000 + now.tv_nsec / 1_000_000).dropFirst()
    return "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))T"
      + "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec)).\(milliseconds)Z"
  }
}

enum JSONText {
  /// A JSON string with its quotes (RFC 8259 §7).
  static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case let control where control.value < 0x20:
        quoted += "\\u00" + (control.value < 16 ? "0" : "") + String(control.value, radix: 16)
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
