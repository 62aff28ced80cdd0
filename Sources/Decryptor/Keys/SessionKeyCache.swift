package import KeyVaultClient
package import Sealing
package import Store
package import Wire

/// Keys of sessions for reading, asked from the vault and held in locked memory for a bounded time and number.
package actor SessionKeyCache {
  /// A key that nobody used for so long is forgotten: a page that was closed keeps nothing readable.
  package static let idleLimit: Duration = .seconds(15 * 60)
  /// A key is asked for again after so long however busy it is, so that a withdrawn grant takes effect.
  package static let ageLimit: Duration = .seconds(60 * 60)
  /// A refusal is asked about again after so long: it saves the vault from a page that polls.
  package static let refusalLimit: Duration = .seconds(10)
  /// Most sessions at a time: a ward of a thousand patients and what is read back of older sessions.
  package static let sessionLimit = 4096

  private enum Answer {
    case key(SessionKey)
    case refusal(SessionKeyRefusal)
  }

  private struct Entry {
    var answer: Answer
    let iv: SessionIV
    let keyVersion: KeyVersion
    let askedAt: Duration
    var usedAt: Duration
  }

  private let source: any SessionKeySource
  private let purpose: SessionKeyPurpose
  private let time: Timekeeper
  private var entries: [SessionReference: Entry] = [:]

  /// - Parameters:
  ///   - source: The vault.
  ///   - purpose: The one kind of key that this cache asks for.
  package init(source: any SessionKeySource, purpose: SessionKeyPurpose, time: Timekeeper = .system) {
    self.source = source
    self.purpose = purpose
    self.time = time
  }

  /// How many sessions have an answer here.
  package var count: Int { entries.count }

  /// The key of a session.
  package func key(of record: SessionRecord) async throws(StripError) -> SessionKey {
    let reference = record.reference
    expire()
    if var entry = entries[reference], entry.iv == record.iv, entry.keyVersion == record.keyVersion {
      entry.usedAt = time.uptime()
      entries[reference] = entry
      return try Self.key(entry.answer)
    }
    let request = SessionKeyRequest(
      reference: reference, iv: record.iv, keyVersion: record.keyVersion, purposes: [purpose])
    let answer: Answer
    do throws(KeyVaultError) {
      switch try await source.sessionKeys([request]).first {
      case .released(let keys):
        guard let key = keys[purpose] else { throw KeyVaultError.badAnswer("a released key is missing") }
        answer = .key(key)
      case .refused(let refusal): answer = .refusal(refusal)
      case nil: throw KeyVaultError.badAnswer("no answer to a request")
      }
    } catch {
      throw .vault(error)
    }
    makeRoom()
    let now = time.uptime()
    entries[reference] = Entry(
      answer: answer, iv: record.iv, keyVersion: record.keyVersion, askedAt: now, usedAt: now)
    return try Self.key(answer)
  }

  /// Forgets the keys of all sessions of a device.
  package func forget(_ device: DeviceID) { entries = entries.filter { $0.key.device != device } }

  /// Forgets every key.
  package func removeAll() { entries.removeAll() }

  private static func key(_ answer: Answer) throws(StripError) -> SessionKey {
    switch answer {
    case .key(let key): return key
    case .refusal(let refusal): throw .keyRefused(refusal)
    }
  }

  private func expire() {
    let now = time.uptime()
    entries = entries.filter { _, entry in
      let ageLimit = if case .refusal = entry.answer { Self.refusalLimit } else { Self.ageLimit }
      return now - entry.askedAt < ageLimit && now - entry.usedAt < Self.idleLimit
    }
  }

  private func makeRoom() {
    guard entries.count >= Self.sessionLimit,
      let oldest = entries.min(by: { $0.value.usedAt < $1.value.usedAt })?.key
    else { return }
    entries[oldest] = nil
  }
}
