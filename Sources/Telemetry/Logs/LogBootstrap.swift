internal import Glibc
public import Logging

/// How a process logs.
public enum LogFormat: String, Sendable, CaseIterable {
  /// JSON, unless standard error is a terminal.
  case automatic = "auto"
  /// One JSON object a line.
  case json
  /// For a person.
  case text
}

/// Sets up logging once, at the start of a process.
public enum LogBootstrap {
  /// - Parameters:
  ///   - service: which process speaks, e.g. `broker`.
  ///   - level: least level that is written.
  ///   - format: for machines or for a person.
  public static func apply(service: String, level: Logger.Level, format: LogFormat) {
    let isTerminal = isatty(STDERR_FILENO) == 1
    let useJSON = format == .json || (format == .automatic && !isTerminal)
    LoggingSystem.bootstrap { _ in
      if useJSON { return JSONLogHandler(service: service, level: level) }
      return TerminalLogHandler(logLevel: level, service: service, sink: .standardError)
    }
  }
}
