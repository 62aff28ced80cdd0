import CMosquitto
import Glibc

/// epoll with the two descriptors that every loop needs: an eventfd to wake it and a timerfd for its next deadline.
/// Used by the loop's thread alone, except ``wake()``.
struct EventPoll: ~Copyable, Sendable {
  /// What a registration is told.
  struct Readiness {
    /// The number it registered with.
    let id: UInt64
    /// Something can be read, or the connection broke.
    let isReadable: Bool
    /// Something can be written.
    let isWritable: Bool
  }

  /// Registrations served by one wait.
  private static let eventsPerWait = 256
  /// Ids that no registration has.
  private static let wakeID = UInt64.max
  private static let timerID = UInt64.max - 1

  private let poll: Int32
  private let waker: Int32
  private let timer: Int32

  init() throws(MQTTError) {
    poll = epoll_create1(Int32(EPOLL_CLOEXEC))
    waker = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
    timer = timerfd_create(CLOCK_MONOTONIC, Int32(TFD_CLOEXEC) | Int32(TFD_NONBLOCK))
    guard poll >= 0, waker >= 0, timer >= 0 else {
      throw MQTTError(.system, "epoll, eventfd or timerfd: \(String(cString: strerror(errno)))")
    }
    for (descriptor, id) in [(waker, Self.wakeID), (timer, Self.timerID)] {
      var event = epoll_event(events: EPOLLIN.rawValue, data: epoll_data_t(u64: id))
      guard epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0 else {
        throw MQTTError(.system, "epoll_ctl: \(String(cString: strerror(errno)))")
      }
    }
  }

  deinit {
    for descriptor in [poll, waker, timer] where descriptor >= 0 { close(descriptor) }
  }

  /// How a descriptor is watched.
  enum Interest: Equatable {
    /// While TCP and TLS are being set up: both directions, told once for each change.
    case connecting
    /// Reading, and writing too when something waits to be written.
    case established(writing: Bool)

    fileprivate var mask: UInt32 {
      switch self {
      case .connecting: EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLET.rawValue
      case .established(let writing): EPOLLIN.rawValue | (writing ? EPOLLOUT.rawValue : 0)
      }
    }
  }

  /// Watches a descriptor. Closing the descriptor ends it.
  func add(_ descriptor: Int32, id: UInt64, _ interest: Interest) -> Bool {
    var event = epoll_event(events: interest.mask, data: epoll_data_t(u64: id))
    return epoll_ctl(poll, EPOLL_CTL_ADD, descriptor, &event) == 0
  }

  /// Watches a descriptor differently.
  func modify(_ descriptor: Int32, id: UInt64, _ interest: Interest) -> Bool {
    var event = epoll_event(events: interest.mask, data: epoll_data_t(u64: id))
    return epoll_ctl(poll, EPOLL_CTL_MOD, descriptor, &event) == 0
  }

  /// Ends the current or the next wait. From any thread.
  func wake() {
    var one: UInt64 = 1
    // A full counter means that the loop is awake already.
    _ = write(waker, &one, 8)
  }

  /// Waits for readiness, a wake-up or `deadline` (nanoseconds of the monotonic clock).
  func wait(until deadline: UInt64?, polling: Bool, _ body: (Readiness) -> Void) {
    if !polling {
      var setting = itimerspec()
      // A zero time would disarm the timer: the past is the first nanosecond.
      if let deadline { setting.it_value = timespec(nanoseconds: max(deadline, 1)) }
      timerfd_settime(timer, Int32(TFD_TIMER_ABSTIME), &setting, nil)
    }
    withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: Self.eventsPerWait) { events in
      guard let base = events.baseAddress else { return }
      let count = epoll_wait(poll, base, Int32(Self.eventsPerWait), polling ? 0 : -1)
      guard count > 0 else { return }
      for event in events[..<Int(count)] {
        let id = event.data.u64
        if id == Self.wakeID || id == Self.timerID {
          var expirations: UInt64 = 0
          _ = read(id == Self.wakeID ? waker : timer, &expirations, 8)
        } else {
          let broken = EPOLLERR.rawValue | EPOLLHUP.rawValue
          body(
            Readiness(
              id: id, isReadable: event.events & (EPOLLIN.rawValue | broken) != 0,
              isWritable: event.events & EPOLLOUT.rawValue != 0))
        }
      }
    }
  }
}

/// Nanoseconds of the monotonic clock, which the timer uses too.
func monotonicNanoseconds() -> UInt64 {
  var now = timespec()
  clock_gettime(CLOCK_MONOTONIC, &now)
  return UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
}

extension timespec {
  fileprivate init(nanoseconds: UInt64) {
    self.init(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
  }
}

extension Duration {
  /// Whole nanoseconds, never negative.
  var clampedNanoseconds: UInt64 {
    let (seconds, attoseconds) = components
    return seconds < 0 ? 0 : UInt64(seconds) * 1_000_000_000 + UInt64(max(attoseconds, 0) / 1_000_000_000)
  }
}
