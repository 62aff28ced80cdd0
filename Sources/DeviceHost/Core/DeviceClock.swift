import FirmwareCore
import Glibc

/// Where a device reads its time; tests bring their own.
public protocol DeviceClock: Sendable {
  /// Microseconds that never go back, from any origin.
  var monotonicMicroseconds: UInt64 { get }
  /// Unix time in microseconds, which may jump.
  var wallMicroseconds: UInt64 { get }
}

/// The host's clocks. The wall clock is taken as set by a time server, and can be given a fixed error.
public struct SystemDeviceClock: DeviceClock {
  /// Added to the wall clock, in microseconds: a device whose clock is wrong.
  public let errorMicroseconds: Int64

  /// Clocks with a wall clock that is wrong by `errorMicroseconds`.
  public init(errorMicroseconds: Int64 = 0) {
    self.errorMicroseconds = errorMicroseconds
  }

  /// `CLOCK_MONOTONIC`.
  public var monotonicMicroseconds: UInt64 { Self.read(CLOCK_MONOTONIC) }

  /// `CLOCK_REALTIME` and the error.
  public var wallMicroseconds: UInt64 {
    UInt64(clamping: Int64(clamping: Self.read(CLOCK_REALTIME)) + errorMicroseconds)
  }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1_000
  }
}
