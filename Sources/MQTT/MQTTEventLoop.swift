import CMosquitto
import Glibc
public import Logging
import Synchronization

/// One thread that drives any number of ``MQTTConnection``s (one to ten thousand) through epoll: no thread and no
/// task for each connection, so that idle ones cost memory alone.
///
/// Everything in the library's hands is touched on this thread only. Other threads hand over work, which is a lock
/// around an array and, when the loop sleeps, one write to an eventfd.
public final class MQTTEventLoop: Sendable {
  /// Work for the loop's thread.
  enum Submission: Sendable {
    case run(@Sendable () -> Void)
    case schedule(at: UInt64, @Sendable () -> Void)
    case adopt(MQTTConnection)
  }

  private struct Inbox {
    var submissions: [Submission] = []
    var hasStopped = false
    var isStopRequested = false
    var stopWaiters: [CheckedContinuation<Void, Never>] = []
  }

  /// How often keep-alives and time-outs are looked at; the library counts in seconds.
  private static let housekeepingNanoseconds: UInt64 = 1_000_000_000

  let logger: Logger
  private let poll: EventPoll
  private let inbox = Mutex(Inbox())
  private let threadID = Atomic<UInt>(0)
  // Touched by the loop's thread only.
  private nonisolated(unsafe) var connections: [UInt64: MQTTConnection] = [:]
  private nonisolated(unsafe) var deadlines = DeadlineQueue<@Sendable () -> Void>()
  private nonisolated(unsafe) var unfinishedReads: Set<UInt64> = []
  private nonisolated(unsafe) var nextConnectionID: UInt64 = 0

  /// Starts the thread.
  /// - Parameters:
  ///   - name: name of the thread, of which the system shows 15 bytes.
  ///   - logger: where the library's own warnings go.
  public init(name: String = "mqtt", logger: Logger) throws(MQTTError) {
    _ = MosquittoLibrary.isReady
    self.logger = logger
    poll = try EventPoll()
    var thread = pthread_t()
    let box = Unmanaged.passRetained(ThreadStart(loop: self, name: name))
    let status = pthread_create(
      &thread, nil,
      { argument in
        // Never nil: it is the box passed below.
        let start = Unmanaged<ThreadStart>.fromOpaque(argument!).takeRetainedValue()
        start.loop.run(name: start.name)
        return nil
      }, box.toOpaque())
    guard status == 0 else {
      box.release()
      throw MQTTError(.system, "pthread_create: \(String(cString: strerror(status)))")
    }
    pthread_detach(thread)
  }

  /// Whether the caller is on the loop's thread.
  public var isCurrent: Bool { threadID.load(ordering: .relaxed) == UInt(pthread_self()) }

  /// Runs `work` on the loop's thread, after what was submitted before. Nothing happens after ``shutdown()``.
  public func submit(_ work: @escaping @Sendable () -> Void) { enqueue(.run(work)) }

  /// Runs `work` on the loop's thread once `delay` has passed.
  public func schedule(after delay: Duration, _ work: @escaping @Sendable () -> Void) {
    enqueue(.schedule(at: monotonicNanoseconds() + delay.clampedNanoseconds, work))
  }

  /// Closes every connection with DISCONNECT, ends the thread and returns when it has ended.
  public func shutdown() async {
    await withCheckedContinuation { continuation in
      let isOver = inbox.withLock { inbox in
        if inbox.hasStopped { return true }
        inbox.stopWaiters.append(continuation)
        inbox.isStopRequested = true
        return false
      }
      if isOver { continuation.resume() } else { poll.wake() }
    }
  }

  /// Raises the soft limit of open files to the hard one: each connection takes up to three descriptors.
  /// - Returns: the limit now.
  @discardableResult
  public static func raiseDescriptorLimit() -> UInt64 {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 0 }
    limit.rlim_cur = limit.rlim_max
    setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return UInt64(limit.rlim_cur)
  }

  func enqueue(_ submission: Submission) {
    let isFirst = inbox.withLock { inbox in
      guard !inbox.hasStopped else { return false }
      inbox.submissions.append(submission)
      return inbox.submissions.count == 1
    }
    if isFirst && !isCurrent { poll.wake() }
  }

  // MARK: The loop's thread

  private func run(name: String) {
    pthread_setname_np(pthread_self(), String(decoding: name.utf8.prefix(15), as: UTF8.self))
    // A write to a broken connection must answer EPIPE, not end the process: TLS writes without MSG_NOSIGNAL.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, nil)
    threadID.store(UInt(pthread_self()), ordering: .relaxed)

    var nextHousekeeping = monotonicNanoseconds() + Self.housekeepingNanoseconds
    while serveInbox() {
      var now = monotonicNanoseconds()
      while let work = deadlines.popDue(now: now) { work() }
      if now >= nextHousekeeping {
        for connection in Array(connections.values) { connection.keepHouse(now: now) }
        now = monotonicNanoseconds()
        nextHousekeeping = now + Self.housekeepingNanoseconds
      }
      let hasMore = inbox.withLock { !$0.submissions.isEmpty || $0.isStopRequested }
      let postponed = unfinishedReads
      unfinishedReads.removeAll(keepingCapacity: true)
      let deadline = min(deadlines.earliest ?? .max, nextHousekeeping)
      poll.wait(until: deadline, polling: hasMore || !postponed.isEmpty) { readiness in
        connections[readiness.id]?.serve(isReadable: readiness.isReadable, isWritable: readiness.isWritable)
      }
      for id in postponed { connections[id]?.serve(isReadable: true, isWritable: false) }
    }
    end()
  }

  private func serveInbox() -> Bool {
    let (submissions, isStopRequested) = inbox.withLock { inbox in
      let taken = inbox.submissions
      inbox.submissions = []
      return (taken, inbox.isStopRequested)
    }
    for submission in submissions {
      switch submission {
      case .run(let work): work()
      case .schedule(let deadline, let work): deadlines.schedule(at: deadline, work)
      case .adopt(let connection):
        connection.id = nextConnectionID
        connections[nextConnectionID] = connection
        nextConnectionID += 1
      }
    }
    return !isStopRequested
  }

  private func end() {
    for connection in Array(connections.values) { connection.end() }
    connections.removeAll()
    deadlines = DeadlineQueue()
    let waiters = inbox.withLock { inbox in
      inbox.hasStopped = true
      inbox.submissions = []
      defer { inbox.stopWaiters = [] }
      return inbox.stopWaiters
    }
    for waiter in waiters { waiter.resume() }
  }

  func watch(_ connection: MQTTConnection, descriptor: Int32, _ interest: EventPoll.Interest, isNew: Bool) -> Bool {
    isNew
      ? poll.add(descriptor, id: connection.id, interest) : poll.modify(descriptor, id: connection.id, interest)
  }

  func postponeReading(_ connection: MQTTConnection) { unfinishedReads.insert(connection.id) }

  func forget(_ connection: MQTTConnection) { connections[connection.id] = nil }
}

/// What a new thread is given.
private final class ThreadStart {
  let loop: MQTTEventLoop
  let name: String

  init(loop: MQTTEventLoop, name: String) {
    self.loop = loop
    self.name = name
  }
}

/// The library's process-wide state, prepared once and kept for the life of the process.
enum MosquittoLibrary {
  static let isReady: Bool = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.rawInt
}
