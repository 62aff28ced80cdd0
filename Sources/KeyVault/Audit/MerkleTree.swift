/// Makes the proofs of RFC 6962 §2.1.1 and §2.1.2 from perfect subtrees, wherever these come from.
package struct MerkleTree {
  /// Leaves.
  package let size: UInt64
  private let perfect: (_ level: Int, _ number: UInt64) throws -> AuditHash

  /// - Parameters:
  ///   - size: leaves of the tree.
  ///   - perfect: the hash of a perfect subtree: of `1 << level` leaves, the `number`-th of its level from 0.
  package init(size: UInt64, perfect: @escaping (_ level: Int, _ number: UInt64) throws -> AuditHash) {
    self.size = size
    self.perfect = perfect
  }

  /// The root.
  package func root() throws -> AuditHash { try size == 0 ? .empty : hash(0, size) }

  /// The path from a leaf (RFC 6962 §2.1.1, PATH).
  /// - Parameter index: of the leaf, below ``size``.
  package func inclusionPath(of index: UInt64) throws -> [AuditHash] { try path(index, 0, size) }

  /// What shows that this tree extends one of `older` leaves (RFC 6962 §2.1.2, PROOF).
  /// - Parameter older: at most ``size``.
  package func consistencyPath(from older: UInt64) throws -> [AuditHash] {
    try older == 0 || older == size ? [] : extending(older, 0, size, isWhole: true)
  }

  private func path(_ index: UInt64, _ start: UInt64, _ count: UInt64) throws -> [AuditHash] {
    guard count > 1 else { return [] }
    let left = Self.split(count)
    return try index < left
      ? path(index, start, left) + [hash(start + left, count - left)]
      : path(index - left, start + left, count - left) + [hash(start, left)]
  }

  private func extending(
    _ older: UInt64, _ start: UInt64, _ count: UInt64, isWhole: Bool
  ) throws -> [AuditHash] {
    if older == count { return isWhole ? [] : [try hash(start, count)] }
    let left = Self.split(count)
    return try older <= left
      ? extending(older, start, left, isWhole: isWhole) + [hash(start + left, count - left)]
      : extending(older - left, start + left, count - left, isWhole: false) + [hash(start, left)]
  }

  /// MTH of `count` leaves from `start`: such a range always begins at a multiple of the power of two at or above it.
  private func hash(_ start: UInt64, _ count: UInt64) throws -> AuditHash {
    if count.nonzeroBitCount == 1 {
      let level = count.trailingZeroBitCount
      return try perfect(level, start >> UInt64(level))
    }
    let left = Self.split(count)
    return .node(try hash(start, left), try hash(start + left, count - left))
  }

  /// The largest power of two below `count`.
  private static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }
}
