internal import Foundation

/// The file of a witness: signed checkpoints as JSON, one a line, in the order in which the vault handed them over.
///
/// A line that does not end in `}` is what a crash left of one, and is skipped.
enum WitnessLines {
  private typealias Finding = AuditVerifier.Finding

  /// Reads and checks all lines.
  /// - Throws: ``AuditVerifier/Finding`` if the file is missing, or holds what this vault did not sign.
  static func read(_ path: String, vault: [UInt8], publicKey: [UInt8]) throws -> [AuditCheckpoint] {
    guard let contents = FileManager.default.contents(atPath: path) else {
      throw Finding(nil, "the witness's file \(path) is not there, or cannot be read")
    }
    return try parse(contents, vault: vault, publicKey: publicKey)
  }

  static func parse(_ contents: Data, vault: [UInt8], publicKey: [UInt8]) throws -> [AuditCheckpoint] {
    let decoder = JSONDecoder()
    var checkpoints: [AuditCheckpoint] = []
    for (number, line) in contents.split(separator: UInt8(ascii: "\n")).enumerated()
    where line.last == UInt8(ascii: "}") {
      guard let checkpoint = try? decoder.decode(AuditCheckpoint.self, from: line), checkpoint.vault == vault,
        checkpoint.isSigned(by: publicKey)
      else { throw Finding(nil, "line \(number + 1) of the witness's file is not a checkpoint of this vault") }
      checkpoints.append(checkpoint)
    }
    return checkpoints
  }

  /// Compares a log with what the witness saw; an accepted rollback excuses the lines up to the one that it names.
  /// - Parameters:
  ///   - lines: what the witness saw.
  ///   - count: entries in the log.
  ///   - restores: what accepted rollbacks gave up.
  ///   - agrees: whether the log was at a line's count what the line states.
  /// - Returns: how many lines agree.
  /// - Throws: ``AuditVerifier/Finding`` for the first line that contradicts the log.
  static func compare(
    _ lines: [AuditCheckpoint], count: UInt64, restores: [String], agrees: (AuditCheckpoint) throws -> Bool
  ) throws -> Int {
    let excused = lines.lastIndex { restores.contains("\($0.count):\($0.chain.hex)") } ?? -1
    var agreeing = 0
    for (index, line) in lines.enumerated() {
      if line.count <= count, try agrees(line) {
        agreeing += 1
      } else if index > excused {
        throw line.count > count
          ? Finding(count + 1, "the vault was rolled back: the witness saw \(line.count) entries, \(count) are there")
          : Finding(line.count, "the log was rewritten at or before entry \(line.count): the witness saw another one")
      }
    }
    return agreeing
  }
}

extension AuditEntry {
  /// Purpose of an entry of ``Action/restore`` that accepts a rollback.
  static let acceptsRollback = "accept-rollback"

  /// What the rollback gave up that this entry accepts, as `count:chain`; `nil` if it accepts none.
  var acceptedRollback: String? {
    action == .restore && outcome == .done && purpose == Self.acceptsRollback ? reason : nil
  }
}
