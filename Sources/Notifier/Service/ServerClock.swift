internal import Glibc
internal import Store

/// The server's clock.
enum ServerClock {
  /// Now.
  static let system: @Sendable () -> UnixMicroseconds = {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
  }
}
