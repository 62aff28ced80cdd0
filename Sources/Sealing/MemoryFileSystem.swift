internal import CProcess

/// File systems that keep their files in memory.
public enum MemoryFileSystem {
  /// Whether a directory lies in memory alone (tmpfs or ramfs), so that a private key in it never reaches a disk. It can
  /// still be swapped, where swap is not turned off or encrypted.
  public static func holds(_ path: String) -> Bool { sb_is_in_memory(path) == 1 }
}
