/// The Merkle tree of RFC 6962 §2.1 as far as appending needs it: the hashes of the perfect subtrees that the leaves so
/// far make up (one for each bit of their number), from which the root follows. O(log n) in size and time.
package struct MerkleRange: Sendable {
  /// Leaves so far.
  package private(set) var count: UInt64 = 0
  /// Perfect subtrees, the largest first.
  package private(set) var peaks: [AuditHash] = []

  /// The empty tree.
  package init() {}

  /// Continues a tree; `nil` if the bytes are not one hash for each bit of `count`.
  package init?(count: UInt64, peaks bytes: some Collection<UInt8>) {
    let bytes = Array(bytes)
    guard bytes.count == count.nonzeroBitCount * AuditHash.size else { return nil }
    self.count = count
    peaks = stride(from: 0, to: bytes.count, by: AuditHash.size).compactMap {
      AuditHash(bytes[$0..<$0 + AuditHash.size])
    }
  }

  /// The peaks one after the other.
  package var encodedPeaks: [UInt8] { peaks.flatMap(\.bytes) }

  /// Root of the tree (RFC 6962 §2.1, MTH).
  package var root: AuditHash {
    guard var hash = peaks.last else { return .empty }
    for peak in peaks.dropLast().reversed() { hash = .node(peak, hash) }
    return hash
  }

  /// Appends a leaf.
  package mutating func append(_ leaf: AuditHash) { append(leaf) { _, _, _ in } }

  /// Appends a leaf.
  /// - Parameters:
  ///   - leaf: its hash.
  ///   - onNode: receives every perfect subtree that the leaf completes: its level (a leaf's is 0), its place among those
  ///     of its level, and its hash.
  package mutating func append(
    _ leaf: AuditHash, onNode: (_ level: Int, _ number: UInt64, _ hash: AuditHash) throws -> Void
  ) rethrows {
    var hash = leaf
    var level = 0
    while count >> UInt64(level) & 1 == 1 {
      hash = .node(peaks.removeLast(), hash)
      level += 1
      try onNode(level, count >> UInt64(level), hash)
    }
    peaks.append(hash)
    count += 1
  }
}
