internal import Foundation

/// A pipeline's state as bytes, to be sealed. Any other version than the present is unreadable, which costs a replay of the
/// session from its beginning and nothing else.
package struct SessionCheckpoint: Sendable, Hashable, Codable {
  /// Grows whenever the analysis changes, so that a state is never continued by another algorithm.
  package static let currentVersion = 3
  /// Chunks between two checkpoints of a session. A checkpoint takes as long as analysing six chunks, so at 256 it adds
  /// 2 %; a restart replays 128 chunks a session on average, without classifying: about a millisecond.
  package static let interval: UInt64 = 256

  /// The version that wrote it.
  package let version: Int
  /// The state.
  package let pipeline: SessionPipeline

  /// Takes a state.
  package init(_ pipeline: SessionPipeline) {
    version = Self.currentVersion
    self.pipeline = pipeline
  }

  /// Reads what ``encoded()`` wrote.
  package init(decoding bytes: [UInt8]) throws {
    let decoded = try PropertyListDecoder().decode(Self.self, from: Data(bytes))
    guard decoded.version == Self.currentVersion else { throw CheckpointError.otherVersion(decoded.version) }
    self = decoded
  }

  /// A binary property list: keeps every bit of every number.
  package func encoded() throws -> [UInt8] {
    let encoder = PropertyListEncoder()
    encoder.outputFormat = .binary
    return Array(try encoder.encode(self))
  }
}

/// Why a checkpoint cannot be continued.
package enum CheckpointError: Error, Hashable, Sendable {
  /// Another version of the analysis wrote it.
  case otherVersion(Int)
}
