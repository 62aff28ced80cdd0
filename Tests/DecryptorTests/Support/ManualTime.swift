import Decryptor
import Synchronization

/// Clocks that a test turns by hand.
final class ManualTime: Sendable {
  private let elapsed = Mutex(Duration.zero)

  func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }

  var keeper: Timekeeper {
    Timekeeper(
      unixMicroseconds: {
        let (seconds, attoseconds) = self.elapsed.withLock { $0 }.components
        return 1_750_000_000_000_000 + UInt64(seconds) * 1_000_000 + UInt64(attoseconds / 1_000_000_000_000)
      },
      uptime: { self.elapsed.withLock { $0 } })
  }
}
