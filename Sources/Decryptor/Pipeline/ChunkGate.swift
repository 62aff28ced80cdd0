package import Sealing
package import Store
package import Wire

/// Lets only authentic chunks of one session pass.
package final class ChunkGate {
  private let opener: ChunkOpener

  /// - Parameters:
  ///   - key: The session's key of purpose `session`.
  ///   - reference: Whose session; the device is the authenticated sender.
  package init(key: SessionKey, reference: SessionReference, iv: SessionIV) throws(SealingError) {
    opener = try ChunkOpener(key: key, device: reference.device, session: reference.session, iv: iv)
  }

  /// Decodes, checks the place and opens.
  package func open(_ stored: StoredChunk) -> ChunkContent {
    guard let sealed = try? SealedChunk(decoding: stored.message) else { return .refused(.malformed) }
    guard sealed.header.sequence == stored.sequence else { return .refused(.misplaced) }
    guard let plaintext = try? opener.open(sealed) else { return .refused(.notAuthentic) }
    return .opened(OpenedChunk(header: sealed.header, plaintext: plaintext))
  }
}
