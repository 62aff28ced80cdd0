package import Wire

/// What a stored chunk turned out to be once its session's key was applied.
package enum ChunkContent: Sendable, Hashable {
  /// Authentic: the very chunk that the device sealed at this place.
  case opened(OpenedChunk)
  /// Nothing of it may be used.
  case refused(ChunkRefusal)
}

/// An authentic chunk.
package struct OpenedChunk: Sendable, Hashable {
  /// Its header, which the tag covers.
  package let header: ChunkHeader
  /// The plaintext that `docs/wire-format.md` describes for its kind.
  package let plaintext: [UInt8]

  /// Takes what an opener returned.
  package init(header: ChunkHeader, plaintext: [UInt8]) {
    self.header = header
    self.plaintext = plaintext
  }
}

/// Why a chunk is refused; appears as a label of the refusal counter.
package enum ChunkRefusal: String, Error, Sendable, CaseIterable {
  /// What is stored is no chunk.
  case malformed
  /// It is filed under another sequence number than its own.
  case misplaced
  /// Bit-flipped, or sealed for another device, session or key.
  case notAuthentic = "not-authentic"
  /// Authentic, but its samples lie behind those already seen, or are not at 125 Hz.
  case contradictory
}
