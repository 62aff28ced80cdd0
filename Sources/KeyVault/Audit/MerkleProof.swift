/// Checks what a Merkle tree proves of itself, by the algorithms of RFC 9162 §2.1.3.2 and §2.1.4.2.
package enum MerkleProof {
  /// Whether a leaf stands at a place of the tree with this root.
  /// - Parameters:
  ///   - leaf: hash of the leaf.
  ///   - index: its place, from 0.
  ///   - size: leaves of the tree.
  ///   - path: the hashes beside the way from the leaf to the root.
  ///   - root: of the tree.
  package static func includes(
    leaf: AuditHash, index: UInt64, size: UInt64, path: [AuditHash], root: AuditHash
  ) -> Bool {
    guard index < size else { return false }
    var first = index
    var last = size - 1
    var hash = leaf
    for step in path {
      guard last != 0 else { return false }
      if first & 1 == 1 || first == last {
        hash = .node(step, hash)
        while first & 1 == 0, first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        hash = .node(hash, step)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether the first leaves of the newer tree are those of the older one.
  /// - Parameters:
  ///   - older: leaves of the older tree.
  ///   - olderRoot: its root.
  ///   - newer: leaves of the newer tree.
  ///   - newerRoot: its root.
  ///   - path: the proof; empty where both are the same size, or the older is empty.
  package static func extends(
    older: UInt64, _ olderRoot: AuditHash, newer: UInt64, _ newerRoot: AuditHash, path: [AuditHash]
  ) -> Bool {
    guard older <= newer else { return false }
    if older == newer { return path.isEmpty && olderRoot == newerRoot }
    if older == 0 { return path.isEmpty && olderRoot == .empty }
    let steps = older.nonzeroBitCount == 1 ? [olderRoot] + path : path
    guard var left = steps.first else { return false }
    var right = left
    var first = older - 1
    var last = newer - 1
    while first & 1 == 1 {
      first >>= 1
      last >>= 1
    }
    for step in steps.dropFirst() {
      guard last != 0 else { return false }
      if first & 1 == 1 || first == last {
        left = .node(step, left)
        right = .node(step, right)
        while first & 1 == 0, first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        right = .node(right, step)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 && left == olderRoot && right == newerRoot
  }
}
