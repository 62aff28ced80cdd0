internal import Wire

/// What anybody can check with the vault's audit key alone: that an entry is in the log that a checkpoint states.
package struct InclusionProof: Sendable, Codable {
  /// The format of this document.
  package static let version = "SealedBeat/1 audit inclusion"

  /// The format of this document.
  package let format: String
  /// Number of the entry; its leaf is the one before.
  package let sequence: UInt64
  /// The entry in its canonical form, hexadecimal.
  package let entry: String
  /// Place of the leaf in the tree, from 0.
  package let leafIndex: UInt64
  /// Leaves of the tree.
  package let treeSize: UInt64
  /// The hashes beside the way to the root (RFC 6962 §2.1.1).
  package let path: [AuditHash]
  /// The signed statement of the root.
  package let checkpoint: AuditCheckpoint

  init(entry: [UInt8], sequence: UInt64, path: [AuditHash], checkpoint: AuditCheckpoint) {
    format = Self.version
    self.sequence = sequence
    self.entry = entry.hex
    leafIndex = sequence - 1
    treeSize = checkpoint.count
    self.path = path
    self.checkpoint = checkpoint
  }

  /// The entry, if everything holds.
  /// - Throws: ``AuditVerifier/Finding``.
  package func verified(by publicKey: [UInt8]) throws(AuditVerifier.Finding) -> AuditEntry {
    guard checkpoint.isSigned(by: publicKey) else {
      throw AuditVerifier.Finding(nil, "the checkpoint of the proof is not signed by this key")
    }
    guard format == Self.version, let bytes = [UInt8](hex: entry), let entry = AuditEntry(encoded: bytes),
      entry.sequence == sequence, leafIndex == sequence &- 1, treeSize == checkpoint.count
    else { throw AuditVerifier.Finding(sequence, "the proof contradicts itself") }
    guard
      MerkleProof.includes(
        leaf: .leaf(bytes), index: leafIndex, size: treeSize, path: path, root: checkpoint.root)
    else { throw AuditVerifier.Finding(sequence, "entry \(sequence) is not in the log that the checkpoint states") }
    return entry
  }
}

/// What anybody can check with the vault's audit key alone: that a later checkpoint's log begins with an earlier one's.
package struct ConsistencyProof: Sendable, Codable {
  /// A tree of which only the root is stated.
  package struct Tree: Sendable, Codable {
    /// Leaves.
    package let count: UInt64
    /// The root.
    package let root: AuditHash
    /// The signed statement of it, where the vault keeps one.
    package let checkpoint: AuditCheckpoint?
  }

  /// The format of this document.
  package static let version = "SealedBeat/1 audit consistency"

  /// The format of this document.
  package let format: String
  /// The earlier one.
  package let from: Tree
  /// The later one.
  package let to: Tree
  /// The proof (RFC 6962 §2.1.2).
  package let path: [AuditHash]

  init(from: Tree, to: Tree, path: [AuditHash]) {
    format = Self.version
    self.from = from
    self.to = to
    self.path = path
  }

  /// Checks everything.
  /// - Throws: ``AuditVerifier/Finding``.
  package func verify(by publicKey: [UInt8]) throws(AuditVerifier.Finding) {
    for tree in [from, to] {
      guard let checkpoint = tree.checkpoint else { continue }
      guard checkpoint.isSigned(by: publicKey), checkpoint.count == tree.count, checkpoint.root == tree.root else {
        throw AuditVerifier.Finding(tree.count, "the checkpoint at entry \(tree.count) is not signed by this key")
      }
    }
    guard format == Self.version,
      MerkleProof.extends(older: from.count, from.root, newer: to.count, to.root, path: path)
    else {
      throw AuditVerifier.Finding(nil, "the log of \(to.count) entries does not begin with that of \(from.count)")
    }
  }
}
