internal import Synchronization

/// What waits to be written to one page: bounded. When a page reads too slowly its backlog is thrown away and it is told to begin
/// with the present: late ECG is worth less than none.
package final class EventMailbox: Sendable {
  /// Most events that wait: as many as the log holds. Their bytes are the log's own, so that a thousand slow pages wait for one
  /// copy of them; a burst of a thousand patients fits.
  package static let eventLimit = EventLog.capacity
  /// Most bytes that wait.
  package static let byteLimit = 4 << 20

  /// What a writer is given.
  package enum Delivery: Sendable {
    /// Write these.
    case events([[UInt8]])
    /// The backlog was thrown away: write `resync` and a snapshot.
    case resync
    /// The stream is over.
    case closed
  }

  private struct State {
    var events: [[UInt8]] = []
    var byteCount = 0
    var hasOverflowed = false
    var isClosed = false
    var waiter: CheckedContinuation<Delivery, Never>?
    /// Heartbeats since the writer last took anything.
    var heartbeatsUntaken = 0
  }

  private let state = Mutex(State())

  /// An empty one.
  package init() {}

  /// Adds events.
  package func put(_ events: [[UInt8]]) {
    guard !events.isEmpty else { return }
    resume { state in
      guard !state.isClosed, !state.hasOverflowed else { return }
      state.events += events
      state.byteCount += events.reduce(0) { $0 + $1.count }
      if state.events.count > Self.eventLimit || state.byteCount > Self.byteLimit {
        state.events = []
        state.byteCount = 0
        state.hasOverflowed = true
      }
    }
  }

  /// Adds a heartbeat unless something waits already. Returns how many heartbeats the writer has let pass without taking anything.
  package func beat(_ bytes: [UInt8]) -> Int {
    var untaken = 0
    resume { state in
      if state.events.isEmpty, !state.hasOverflowed, !state.isClosed {
        state.events = [bytes]
        state.byteCount = bytes.count
      }
      state.heartbeatsUntaken += 1
      untaken = state.heartbeatsUntaken
    }
    return untaken
  }

  /// Throws away what waits and tells the page to begin with the present: what it may see has changed.
  package func restart() {
    resume { state in
      guard !state.isClosed else { return }
      state.events = []
      state.byteCount = 0
      state.hasOverflowed = true
    }
  }

  /// Ends the stream.
  package func close() {
    resume { $0.isClosed = true }
  }

  /// What waits to be written, at once; `nil` for nothing. For a writer who has the present to tell meanwhile.
  package func poll() -> Delivery? {
    state.withLock { state in
      state.heartbeatsUntaken = 0
      return Self.take(&state)
    }
  }

  /// Throws away what waits: the page is told the present, which it is part of.
  package func empty() {
    state.withLock { state in
      state.events = []
      state.byteCount = 0
    }
  }

  /// Waits for something to write. One caller at a time.
  package func next() async -> Delivery {
    await withCheckedContinuation { continuation in
      let ready: Delivery? = state.withLock { state in
        state.heartbeatsUntaken = 0
        if let delivery = Self.take(&state) { return delivery }
        state.waiter = continuation
        return nil
      }
      if let ready { continuation.resume(returning: ready) }
    }
  }

  private func resume(after change: (inout State) -> Void) {
    let (waiter, delivery): (CheckedContinuation<Delivery, Never>?, Delivery?) = state.withLock { state in
      change(&state)
      guard let waiter = state.waiter, let delivery = Self.take(&state) else { return (nil, nil) }
      state.waiter = nil
      state.heartbeatsUntaken = 0
      return (waiter, delivery)
    }
    if let waiter, let delivery { waiter.resume(returning: delivery) }
  }

  private static func take(_ state: inout State) -> Delivery? {
    if state.isClosed { return .closed }
    if state.hasOverflowed {
      state.hasOverflowed = false
      return .resync
    }
    guard !state.events.isEmpty else { return nil }
    defer {
      state.events = []
      state.byteCount = 0
    }
    return .events(state.events)
  }
}
