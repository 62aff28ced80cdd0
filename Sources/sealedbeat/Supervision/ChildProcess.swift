import Foundation
import Glibc
import Synchronization

/// A program to run as a child.
struct ChildSpecification: Sendable {
  /// Name in logs and in the state file.
  var name: String
  /// Absolute path.
  var executable: String
  var arguments: [String]
  /// The child's whole environment.
  var environment: [String: String]
  /// File that its standard output and error are appended to; `nil` to share ours.
  var logFile: String?
  /// Where to ask whether it is ready; `nil` when it cannot tell.
  var healthPort: Int?
  /// Runs before each start, the later ones too.
  var prepare: (@Sendable () async -> Void)?
}

/// A running child.
struct ChildProcess: Sendable {
  let identifier: pid_t

  /// Starts a program. Its standard input is empty, its signal mask is clear and it has a process group of its own, so
  /// that a Ctrl-C at the terminal reaches the supervisor alone, which then ends the children in order.
  static func spawn(_ specification: ChildSpecification) async throws -> ChildProcess {
    try await withCheckedThrowingContinuation { continuation in
      Spawner.shared.submit { continuation.resume(with: Result { try spawnNow(specification) }) }
    }
  }

  /// Sends a signal.
  func signal(_ signal: Int32) { _ = kill(identifier, signal) }

  /// Waits until it ends and returns what it ended with.
  func ended() async -> ChildEnd {
    await withCheckedContinuation { continuation in
      let identifier = identifier
      Thread.detachNewThread {
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) == -1 && errno == EINTR {}
        continuation.resume(returning: ChildEnd(status: status))
      }
    }
  }

  private static func spawnNow(_ specification: ChildSpecification) throws -> ChildProcess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    if let logFile = specification.logFile {
      posix_spawn_file_actions_addopen(&actions, 1, logFile, O_WRONLY | O_CREAT | O_APPEND, 0o600)
      posix_spawn_file_actions_adddup2(&actions, 1, 2)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var mask = sigset_t()
    sigemptyset(&mask)
    var defaults = sigset_t()
    sigfillset(&defaults)
    sigdelset(&defaults, SIGKILL)
    sigdelset(&defaults, SIGSTOP)
    posix_spawnattr_setsigmask(&attributes, &mask)
    posix_spawnattr_setsigdefault(&attributes, &defaults)
    posix_spawnattr_setpgroup(&attributes, 0)
    let flags = Int32(POSIX_SPAWN_SETSIGMASK) | Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETPGROUP)
    posix_spawnattr_setflags(&attributes, Int16(flags))
    let arguments = CStrings([specification.executable] + specification.arguments)
    let environment = CStrings(specification.environment.map { "\($0.key)=\($0.value)" }.sorted())
    var identifier: pid_t = 0
    let status = posix_spawn(
      &identifier, specification.executable, &actions, &attributes, arguments.pointers, environment.pointers)
    guard status == 0 else {
      throw SupervisionFault(
        "\(specification.name) cannot be started from \(specification.executable): \(String(cString: strerror(status)))."
      )
    }
    return ChildProcess(identifier: identifier)
  }
}

/// How a child ended.
struct ChildEnd: Sendable, Equatable, CustomStringConvertible {
  let status: Int32

  /// The exit code, if it exited.
  var exitCode: Int32? { status & 0x7F == 0 ? (status >> 8) & 0xFF : nil }
  /// The signal, if one ended it.
  var signal: Int32? { status & 0x7F == 0 ? nil : status & 0x7F }

  var description: String {
    if let signal { return "signal \(signal)" }
    return "exit code \(exitCode ?? -1)"
  }
}

/// A fault that ends the supervisor: one sentence.
struct SupervisionFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

/// The one thread from which children are started: the kernel tells a child of its parent's death when the *thread*
/// that started it ends (prctl(2), PR_SET_PDEATHSIG), and this one lives as long as the process.
private final class Spawner: Sendable {
  static let shared = Spawner()

  private let queue = Mutex<[@Sendable () -> Void]>([])
  private let signal = DispatchSemaphore(value: 0)

  private init() {
    Thread.detachNewThread { [self] in
      while true {
        signal.wait()
        let work = queue.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        work?()
      }
    }
  }

  func submit(_ work: @escaping @Sendable () -> Void) {
    queue.withLock { $0.append(work) }
    signal.signal()
  }
}

/// A null-terminated array of C strings.
private final class CStrings {
  let pointers: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>
  private let count: Int

  init(_ strings: [String]) {
    count = strings.count
    pointers = .allocate(capacity: count + 1)
    for (index, string) in strings.enumerated() { pointers[index] = strdup(string) }
    pointers[count] = nil
  }

  deinit {
    for index in 0..<count { free(pointers[index]) }
    pointers.deallocate()
  }
}
