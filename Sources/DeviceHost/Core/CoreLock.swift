import FirmwareCore
import Synchronization

/// PSA Crypto of Mbed TLS before 3.6 is not thread-safe, so every call into the portable core holds this lock.
/// It is never held across a suspension or a wait for the network.
enum CoreLock {
  private static let mutex = Mutex(())

  static func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    try mutex.withLock { _ throws(Failure) -> Result in try body() }
  }
}
