#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The two clocks of a service, so that a test can turn them.
package struct Timekeeper: Sendable {
  /// Unix time in microseconds: may jump, is what records carry.
  package var unixMicroseconds: @Sendable () -> UInt64
  /// Time since some fixed moment: never jumps, is what ages and back-offs are measured with.
  package var uptime: @Sendable () -> Duration

  /// Takes both clocks.
  package init(
    unixMicroseconds: @escaping @Sendable () -> UInt64, uptime: @escaping @Sendable () -> Duration
  ) {
    self.unixMicroseconds = unixMicroseconds
    self.uptime = uptime
  }

  /// The machine's clocks.
  package static let system = Timekeeper(
    unixMicroseconds: {
      var now = timespec()
      clock_gettime(CLOCK_REALTIME, &now)
      return UInt64(now.tv_sec) * 1_000_000 + UInt64(now.tv_nsec) / 1000
    },
    uptime: {
      var now = timespec()
      clock_gettime(CLOCK_MONOTONIC, &now)
      return .seconds(now.tv_sec) + .nanoseconds(now.tv_nsec)
    })
}
