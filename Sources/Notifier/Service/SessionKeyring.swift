internal import Findings
internal import KeyVaultClient
internal import Sealing
internal import Store
internal import Wire

/// The findings keys of sessions: asked of the vault in batches, kept in memory alone and for a bounded time.
actor SessionKeyring {
  /// Most keys kept at once: more sessions than one process is meant to watch; the oldest go first.
  static let keyLimit = 20_000
  /// Microseconds before a session whose key was refused is asked for again.
  static let refusalMicroseconds: UInt64 = 60_000_000

  private struct Entry {
    var seal: FindingsSeal?
    var expiresAt: UnixMicroseconds
  }

  private let chunks: any ChunkStore
  private let keys: any SessionKeySource
  private let lifetime: UInt64
  private var entries: [SessionReference: Entry] = [:]

  init(chunks: any ChunkStore, keys: any SessionKeySource, lifetimeSeconds: Double) {
    self.chunks = chunks
    self.keys = keys
    lifetime = UInt64(max(1, lifetimeSeconds) * 1e6)
  }

  /// Asks for the keys that are not there. Afterwards ``withSeal(_:_:)`` knows every session whose key was released.
  /// - Throws: ``KeyVaultError`` when the vault cannot be asked, ``StoreError`` when a session cannot be looked up.
  func prepare(_ references: [SessionReference], now: UnixMicroseconds) async throws {
    entries = entries.filter { $0.value.expiresAt > now }
    var requests: [SessionKeyRequest] = []
    for reference in references where entries[reference] == nil {
      guard let session = try await chunks.session(reference) else { continue }
      requests.append(
        SessionKeyRequest(
          reference: reference, iv: session.iv, keyVersion: session.keyVersion, purposes: [.findings]))
    }
    while !requests.isEmpty {
      let batch = Array(requests.prefix(SessionKeyRequest.batchLimit))
      requests.removeFirst(batch.count)
      let answers = try await keys.sessionKeys(batch)
      for (request, answer) in zip(batch, answers) { entries[request.reference] = entry(request, answer, now: now) }
    }
    if entries.count > Self.keyLimit {
      let excess = entries.sorted { $0.value.expiresAt < $1.value.expiresAt }.prefix(entries.count - Self.keyLimit)
      for (reference, _) in excess { entries[reference] = nil }
    }
  }

  /// Whether the session's key was released.
  func hasKey(_ reference: SessionReference) -> Bool { entries[reference]?.seal != nil }

  /// Lends the seal of a session; `nil` when its key was not released.
  func withSeal<Result: Sendable>(
    _ reference: SessionReference, _ body: @Sendable (FindingsSeal) throws -> Result
  ) rethrows -> Result? {
    guard let seal = entries[reference]?.seal else { return nil }
    return try body(seal)
  }

  private func entry(_ request: SessionKeyRequest, _ answer: SessionKeyAnswer, now: UnixMicroseconds) -> Entry {
    if case .released(let released) = answer, let key = released[.findings],
      let seal = try? FindingsSeal(key: key, reference: request.reference)
    {
      return Entry(seal: seal, expiresAt: now + lifetime)
    }
    return Entry(seal: nil, expiresAt: now + Self.refusalMicroseconds)
  }
}
