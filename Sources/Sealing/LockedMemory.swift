internal import COpenSSL
internal import CProcess
internal import Glibc
internal import Synchronization

/// Memory for secrets: OpenSSL's secure heap, which is locked, guarded by pages on both sides and left out of core dumps.
enum LockedMemory {
  /// Size of the secure heap in bytes: room for 50,000 session keys; a power of two, as OpenSSL asks.
  private static let heapSize = 4 << 20
  /// What is left to OpenSSL, whose private random generators live in the same heap: were it full, no key could be made.
  private static let reserve = 256 << 10
  /// Smallest block: a key.
  private static let smallestBlock = 32

  /// Set up once a process. Where the limit on locked memory forbids it, secrets are still wiped, and
  /// `isLocked` says what a health check must tell.
  static let isLocked: Bool = CRYPTO_secure_malloc_init(heapSize, smallestBlock) == 1

  static func allocate(_ count: Int) -> UnsafeMutableRawBufferPointer {
    _ = isLocked
    guard count > 0 else { return UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    let hasRoom = CRYPTO_secure_used() + count <= heapSize - reserve
    guard
      let memory = (hasRoom ? CRYPTO_secure_zalloc(count, #file, #line) : nil) ?? CRYPTO_zalloc(count, #file, #line)
    else {
      fatalError("out of memory for a secret of \(count) bytes")
    }
    return UnsafeMutableRawBufferPointer(start: memory, count: count)
  }

  static func release(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let memory = buffer.baseAddress else { return }
    // CRYPTO_secure_clear_free also wipes and frees memory that came from the ordinary heap.
    CRYPTO_secure_clear_free(memory, buffer.count, #file, #line)
  }
}

/// Protects the whole process, once, at its start.
public enum ProcessHardening {
  /// Forbids core dumps and debuggers of the same user (PR_SET_DUMPABLE 0, RLIMIT_CORE 0).
  public static func apply() {
    var limit = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &limit)
    sb_forbid_dumps()
  }

  /// Which memory of the process can never be swapped to a disk.
  public enum Locking: String, Sendable, Codable {
    /// All of it (mlockall).
    case all
    /// The heap that holds secrets: the limit on locked memory forbids the rest.
    case secrets
    /// None: the limit on locked memory forbids even that heap.
    case nothing
  }

  /// Hardens a process whose whole work is secrets, once, at its start: all memory is locked where that is permitted
  /// (CAP_IPC_LOCK, LimitMEMLOCK=infinity), and no program that it starts gains rights (PR_SET_NO_NEW_PRIVS).
  public static func lockAllMemory() {
    sb_forbid_new_privileges()
    // The heap of secrets first: it must not fail because all else took the limit.
    let areSecretsLocked = LockedMemory.isLocked
    let isAllLocked = sb_lock_memory() == 0
    locking.withLock { $0 = isAllLocked ? .all : areSecretsLocked ? .secrets : .nothing }
  }

  private static let locking = Mutex<Locking?>(nil)

  /// What is locked now.
  public static var lockedMemory: Locking {
    locking.withLock { $0 } ?? (LockedMemory.isLocked ? .secrets : .nothing)
  }

  /// Whether secrets are in locked memory.
  public static var areSecretsLocked: Bool { LockedMemory.isLocked }
}
