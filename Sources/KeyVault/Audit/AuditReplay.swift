internal import Foundation
internal import GRDB

/// Follows a log entry by entry and stops at the first one that is not right.
struct AuditReplay {
  /// A perfect subtree that the file keeps.
  struct NodeName: Hashable {
    let level: Int64
    let number: Int64
  }

  private typealias Finding = AuditVerifier.Finding

  private let signed: AuditCheckpoint
  private var kept: [UInt64: AuditCheckpoint]
  private var nodes: [NodeName: AuditHash]
  private let wanted: [UInt64]
  private var nextWanted = 0
  private var tree = MerkleRange()
  private var chain = AuditHash.empty
  /// What the log was like at the counts that were asked for.
  private(set) var seen: [UInt64: AuditCheckpoint] = [:]
  /// What accepted rollbacks gave up: `count:chain` each.
  private(set) var restores: [String] = []

  /// - Parameters:
  ///   - signed: the signed head.
  ///   - kept: the kept checkpoints, by their counts.
  ///   - nodes: the kept subtrees.
  ///   - wanted: counts at which to note what the log was like.
  init(signed: AuditCheckpoint, kept: [UInt64: AuditCheckpoint], nodes: [NodeName: AuditHash], wanted: [UInt64]) {
    self.signed = signed
    self.kept = kept
    self.nodes = nodes
    self.wanted = Set(wanted).sorted()
    noteIfWanted()
  }

  /// The kept subtrees of a file.
  static func nodes(_ database: Database) throws -> [NodeName: AuditHash] {
    var nodes: [NodeName: AuditHash] = [:]
    let rows = try Row.fetchCursor(database, sql: "SELECT level, number, hash FROM audit_node")
    while let row = try rows.next() {
      // What is no hash becomes one that no subtree has.
      nodes[NodeName(level: row[0], number: row[1])] = AuditHash(row[2] as Data) ?? .empty
    }
    return nodes
  }

  /// Follows the whole log.
  mutating func run(_ database: Database) throws {
    let rows = try Row.fetchCursor(database, sql: "SELECT seq, entry, hash FROM audit ORDER BY seq")
    while let row = try rows.next() {
      let sequence = UInt64(bitPattern: row[0] as Int64)
      try row.withUnsafeData(atIndex: 1) { entry in
        try row.withUnsafeData(atIndex: 2) { hash in
          try (entry ?? Data()).withUnsafeBytes { entry in
            try (hash ?? Data()).withUnsafeBytes { hash in try take(sequence, entry: entry, hash: hash) }
          }
        }
      }
    }
  }

  private mutating func take(_ sequence: UInt64, entry: UnsafeRawBufferPointer, hash: UnsafeRawBufferPointer) throws {
    let place = tree.count + 1
    guard sequence == place else {
      throw Finding(place, "entry \(place) is missing: \(Int64(bitPattern: sequence)) follows \(tree.count)")
    }
    guard place <= signed.count else {
      throw Finding(place, "entry \(place) was inserted: only \(signed.count) entries were signed")
    }
    guard AuditEntry.states(place, in: entry) else {
      throw Finding(place, "entry \(place) is not one that the vault wrote there")
    }
    let leaf = AuditHash.leaf(entry)
    chain = .node(chain, leaf)
    guard AuditHash(hash) == chain else {
      throw Finding(place, "entry \(place) was altered, inserted or moved: its hash does not follow")
    }
    try tree.append(leaf) { level, number, hash in
      guard level >= AuditAppender.keptLevel else { return }
      guard nodes.removeValue(forKey: NodeName(level: Int64(level), number: Int64(number))) == hash else {
        throw Finding(
          place, "the tree's node \(number) of level \(level), complete with entry \(place), was altered or removed")
      }
    }
    if place.isMultiple(of: AuditCheckpoint.interval) {
      guard let checkpoint = kept.removeValue(forKey: place) else {
        throw Finding(place, "the checkpoint at entry \(place) was removed")
      }
      guard checkpoint.chain == chain, checkpoint.root == tree.root else {
        throw Finding(place, "the log was rewritten at or before entry \(place): its checkpoint differs")
      }
    }
    noteIfWanted()
    noteIfRestore(entry)
  }

  /// What is left to check after the last entry.
  func finish(peaks: Data) throws {
    let count = tree.count
    guard count == signed.count, kept.isEmpty else {
      let stated = max(signed.count, kept.keys.max() ?? 0)
      throw Finding(count + 1, "entry \(count + 1) is missing: \(stated) entries were signed, \(count) are there")
    }
    guard chain == signed.chain, tree.root == signed.root else {
      throw Finding(count, "the log was rewritten at or before entry \(count): its signed head differs")
    }
    guard nodes.isEmpty, Array(peaks) == tree.encodedPeaks else {
      throw Finding(nil, "the tree in the file is not that of the entries")
    }
  }

  private mutating func noteIfWanted() {
    guard nextWanted < wanted.count, wanted[nextWanted] == tree.count else { return }
    seen[tree.count] = AuditCheckpoint(count: tree.count, chain: chain, root: tree.root, time: 0, vault: [])
    nextWanted += 1
  }

  private mutating func noteIfRestore(_ entry: UnsafeRawBufferPointer) {
    guard AuditEntry.states(tree.count, .restore, in: entry), let entry = AuditEntry(encoded: Array(entry)),
      let lost = entry.acceptedRollback
    else { return }
    restores.append(lost)
  }
}
