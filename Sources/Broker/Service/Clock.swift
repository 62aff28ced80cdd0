internal import Glibc
internal import Store

/// The system's wall clock.
enum Clock {
  /// Unix time in microseconds.
  static func now() -> UnixMicroseconds {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return UnixMicroseconds(now.tv_sec) * 1_000_000 + UnixMicroseconds(now.tv_nsec / 1000)
  }
}
