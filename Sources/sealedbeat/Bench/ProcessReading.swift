import Foundation
import Glibc

/// What the kernel says of a process at one moment (proc(5)).
struct ProcessReading: Sendable {
  /// CPU time of all its threads, in microseconds: utime and stime of `/proc/PID/stat`, in ticks of 10 ms.
  var cpuMicroseconds = 0.0
  /// CPU time of its threads by name.
  var threads: [String: Double] = [:]
  /// Resident memory without pages of files, which processes share (RssAnon of `/proc/PID/status`).
  var residentBytes = 0

  /// Reads a process that runs; `nil` when it has ended.
  init?(_ identifier: pid_t) {
    guard let whole = Self.stat("/proc/\(identifier)/stat") else { return nil }
    cpuMicroseconds = whole.cpu
    let tasks = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/task")) ?? []
    for task in tasks {
      guard let thread = Self.stat("/proc/\(identifier)/task/\(task)/stat") else { continue }
      threads[thread.name, default: 0] += thread.cpu
    }
    let status = (try? String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)) ?? ""
    for line in status.split(separator: "\n") where line.hasPrefix("RssAnon:") {
      residentBytes = (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
  }

  /// Whether a child has ended and was not waited for yet, or is gone altogether.
  static func hasEnded(_ identifier: pid_t) -> Bool {
    guard let text = try? String(contentsOfFile: "/proc/\(identifier)/stat", encoding: .utf8),
      let close = text.lastIndex(of: ")")
    else { return true }
    return text[close...].split(separator: " ").dropFirst().first == "Z"
  }

  /// The name stands in brackets and can itself hold any; after the last one come the numbered fields, from the third.
  private static func stat(_ path: String) -> (name: String, cpu: Double)? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8), let open = text.firstIndex(of: "("),
      let close = text.lastIndex(of: ")")
    else { return nil }
    let fields = text[close...].split(separator: " ").dropFirst()
    // Fields 14 and 15 of proc(5): the 12th and 13th from the third on.
    let ticks = fields.dropFirst(11).prefix(2).compactMap { Double($0) }.reduce(0, +)
    return (String(text[text.index(after: open)..<close]), ticks * 1e6 / Double(sysconf(Int32(_SC_CLK_TCK))))
  }
}
