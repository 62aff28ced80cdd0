import FirmwareCore
import Glibc
import Synchronization

/// PSA Crypto of Mbed TLS before 3.6 is not thread-safe, so every call into the portable core holds this lock.
/// It is never held across a suspension or a wait for the network.
///
/// It may be taken again by the thread that holds it: the core calls the seams, and the seam that stores keys seals
/// them with the core's own AEAD.
enum CoreLock {
  private static let mutex = Mutex(())
  /// The thread that holds the lock; 0 for none. Only that thread can find itself here.
  private static let owner = Atomic<UInt>(0)

  static func withLock<Result, Failure: Error>(_ body: () throws(Failure) -> Result) throws(Failure) -> Result {
    let thread = UInt(pthread_self())
    if owner.load(ordering: .relaxed) == thread { return try body() }
    return try mutex.withLock { _ throws(Failure) -> Result in
      owner.store(thread, ordering: .relaxed)
      defer { owner.store(0, ordering: .relaxed) }
      return try body()
    }
  }
}
