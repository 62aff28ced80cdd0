import ArgumentParser
import CProcess
import Foundation
import Glibc

/// A child of `sealedbeat up` ends with it, however `up` ends.
enum ParentWatch {
  /// Names the supervisor's process to a child.
  static let variable = "SEALEDBEAT_SUPERVISOR"

  /// Asks the kernel to end this process with its supervisor. Does nothing where there is none.
  static func endWithSupervisor() {
    guard let text = ProcessInfo.processInfo.environment[variable], let supervisor = pid_t(text) else { return }
    _ = sb_end_with_parent(SIGTERM)
    // It may have ended before the kernel knew.
    if getppid() != supervisor { exit(ExitStatus.incomplete.rawValue) }
  }
}
