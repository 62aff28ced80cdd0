import Dispatch
import Glibc
import Synchronization

/// A file of one byte that a writer touches after each commit, so that inotify wakes the watchers of other processes.
/// It holds nothing, and may be lost at any time.
final class Doorbell: Sendable {
  private let descriptor: Int32

  init(_ area: StoreArea, in directory: String) throws(StoreError) {
    descriptor = Glibc.open("\(directory)/\(area.rawValue).bell", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw StoreError(errno: errno, "cannot make a doorbell of the store") }
  }

  deinit { close(descriptor) }

  /// Wakes every watcher. A failure costs them a delay and nothing else: they look by themselves now and then.
  func ring() {
    var octet: UInt8 = 1
    _ = pwrite(descriptor, &octet, 1, 0)
  }
}

/// Hears the doorbells of a directory for all streams of one process.
final class DoorbellWatcher: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    var source: (any DispatchSourceRead)?
    var areas: [Int32: StoreArea] = [:]
    var listeners: [UInt64: (area: StoreArea, continuation: AsyncStream<Void>.Continuation)] = [:]
    var nextListener: UInt64 = 0
  }

  private let directory: String
  private let queue = DispatchQueue(label: "sealedbeat.doorbell")
  private let state = Mutex(State())

  init(directory: String) { self.directory = directory }

  deinit { state.withLock { $0.source?.cancel() } }

  /// A stream that yields after every ring of an area and after every `interval`; one notice may stand for many.
  func stream(_ area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void> {
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let listener = state.withLock { state in
      if state.descriptor < 0 { start(&state) }
      defer { state.nextListener += 1 }
      state.listeners[state.nextListener] = (area, continuation)
      return state.nextListener
    }
    let (seconds, attoseconds) = interval.components
    let nanoseconds = max(1_000_000, Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000))
    // The system calls cancel() from any thread; only the type does not say so.
    nonisolated(unsafe) let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now(), repeating: .nanoseconds(nanoseconds), leeway: .milliseconds(1))
    timer.setEventHandler { continuation.yield() }
    continuation.onTermination = { [weak self] _ in
      timer.cancel()
      self?.state.withLock { _ = $0.listeners.removeValue(forKey: listener) }
    }
    timer.resume()
    return stream
  }

  /// Without inotify (a limit of the system was reached) the streams still tick.
  private func start(_ state: inout sending State) {
    let descriptor = inotify_init1(Int32(IN_CLOEXEC) | Int32(IN_NONBLOCK))
    guard descriptor >= 0 else { return }
    for area in StoreArea.allCases {
      let watch = inotify_add_watch(descriptor, "\(directory)/\(area.rawValue).bell", UInt32(IN_MODIFY))
      if watch >= 0 { state.areas[watch] = area }
    }
    let source = DispatchSource.makeReadSource(fileDescriptor: descriptor, queue: queue)
    source.setEventHandler { [weak self] in self?.hear(descriptor) }
    source.setCancelHandler { close(descriptor) }
    state.descriptor = descriptor
    state.source = source
    source.resume()
  }

  private func hear(_ descriptor: Int32) {
    var rung: Set<Int32> = []
    withUnsafeTemporaryAllocation(byteCount: 4096, alignment: MemoryLayout<inotify_event>.alignment) { buffer in
      while true {
        let count = read(descriptor, buffer.baseAddress, buffer.count)
        guard count > 0 else { return }
        var offset = 0
        while offset + MemoryLayout<inotify_event>.size <= count {
          let event = buffer.loadUnaligned(fromByteOffset: offset, as: inotify_event.self)
          rung.insert(event.wd)
          offset += MemoryLayout<inotify_event>.size + Int(event.len)
        }
      }
    }
    state.withLock { state in
      for listener in state.listeners.values
      where rung.contains(where: { $0 < 0 || state.areas[$0] == listener.area }) {
        listener.continuation.yield()
      }
    }
  }
}

extension SQLiteStore: StoreChanges {
  /// See ``StoreChanges/changes(in:atLeastEvery:)``: rung by the doorbell file of the area, in any process.
  public func changes(in area: StoreArea, atLeastEvery interval: Duration) -> AsyncStream<Void> {
    watcher.stream(area, atLeastEvery: interval)
  }
}
