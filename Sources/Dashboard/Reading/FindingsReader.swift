internal import AlertDelivery
internal import Cardio
internal import Decryptor
internal import Findings
internal import Foundation
internal import KeyVaultClient
internal import Sealing
internal import Store
internal import Wire

/// Opens findings and alerts with keys that the vault releases to the dashboard.
struct FindingsReader: Sendable {
  let store: any FindingStore
  private let chunks: any ChunkStore
  private let keys: SessionKeyCache
  private let histories: HistoryShelf<SessionReference, FindingHistory>
  /// Bytes of all histories: 24 h take about 4 MB, so that 24 such are held.
  private static let historyLimit = 96 << 20

  init(store: any FindingStore, chunks: any ChunkStore, keys: any SessionKeySource, time: Timekeeper) {
    self.store = store
    self.chunks = chunks
    self.keys = SessionKeyCache(source: keys, purpose: .findings, time: time)
    histories = HistoryShelf(byteLimit: Self.historyLimit, time: time)
  }

  /// The findings of a session from a sequence number on, at most `limit`. One that cannot be opened is left out.
  func findings(of record: SessionRecord, from sequence: UInt64, limit: Int) async throws(StripError) -> [Finding] {
    try await page(of: record, from: sequence, limit: limit).findings
  }

  /// The last findings of a session.
  func latestFindings(of record: SessionRecord, count: Int) async throws(StripError) -> [Finding] {
    let seal = try await seal(of: record)
    do {
      return Self.open(try await store.latestFindings(of: record.reference, count: count), with: seal)
    } catch {
      throw .store(error)
    }
  }

  /// What an alert is about; `nil` when its session, its key or its content is gone or refused.
  func body(of alert: AlertRecord) async throws(StripError) -> AlertBody? {
    guard let plaintext = try await open(alert.box, .alert, alert.id.description, of: alert.reference) else {
      return nil
    }
    return try? JSONDecoder().decode(AlertBody.self, from: Data(plaintext))
  }

  /// All that was said of a session so far; the first call for a long one opens every finding, later ones what has come since.
  func history(of record: SessionRecord) async throws(StripError) -> SessionHistory {
    do {
      // The key is asked for each time, so that a right that ended ends this too.
      _ = try await keys.key(of: record)
    } catch {
      if case .keyRefused = error { await histories.forget(record.reference) }
      throw error
    }
    let held = await histories.history(of: record.reference) { FindingHistory() }
    let history = try await held.advanced(to: record, reader: self)
    await histories.makeRoom(beside: record.reference)
    return history
  }

  /// What a message says; `nil` when its session, its key or its content is gone or refused.
  func notice(of message: OutboxMessage) async throws(StripError) -> AlertNotice? {
    guard let plaintext = try await open(message.box, .message, message.id, of: message.reference) else { return nil }
    return try? JSONDecoder().decode(AlertNotice.self, from: Data(plaintext))
  }

  /// The reason that a person gave, likewise.
  func reason(of event: AlertEvent, _ reference: SessionReference) async throws(StripError) -> String? {
    guard let box = event.box,
      let plaintext = try await open(box, .reason, Self.name(of: event), of: reference)
    else { return nil }
    return String(decoding: plaintext, as: UTF8.self)
  }

  /// Seals the reason that a person gives under the findings key of the alert's session: it goes with it.
  func seal(reason: String, for event: AlertEvent, of alert: AlertRecord) async throws -> [UInt8] {
    guard let session = try await chunks.session(alert.reference) else { throw StripError.keyRefused(.unknownKey) }
    return try await seal(of: session).seal(Array(reason.utf8), kind: .reason, name: Self.name(of: event))
  }

  private static func name(of event: AlertEvent) -> String {
    "\(event.alert)/\(event.kind.rawValue)/\(event.at)/\(event.actor)"
  }

  private func open(
    _ box: [UInt8], _ kind: FindingsSeal.RecordKind, _ name: String, of reference: SessionReference
  ) async throws(StripError) -> [UInt8]? {
    let session: SessionRecord?
    do {
      session = try await chunks.session(reference)
    } catch {
      throw .store(error)
    }
    guard let session else { return nil }
    let seal: FindingsSeal
    do {
      seal = try await self.seal(of: session)
    } catch .keyRefused {
      return nil
    }
    return try? seal.open(box, kind: kind, name: name)
  }

  /// A page of findings, and the last sequence number that was looked at; `nil` at the end.
  func page(
    of record: SessionRecord, from sequence: UInt64, limit: Int
  ) async throws(StripError) -> (findings: [Finding], last: UInt64?) {
    let seal = try await seal(of: record)
    do {
      let sealed = try await store.findings(of: record.reference, from: sequence, limit: limit)
      return (Self.open(sealed, with: seal), sealed.last?.sequence)
    } catch {
      throw .store(error)
    }
  }

  /// Forgets the keys of all sessions of a device, and what was read of them.
  func forget(_ device: DeviceID) async {
    await keys.forget(device)
    await histories.forget(device)
  }

  /// Bytes of what was read of whole sessions and is held.
  func heldBytes() async -> Int { await histories.byteCount }

  /// Forgets what nobody has looked at for as long as its key would be kept.
  func forgetUnused() async { await histories.forgetUnused() }

  func seal(of record: SessionRecord) async throws(StripError) -> FindingsSeal {
    let key = try await keys.key(of: record)
    do {
      return try FindingsSeal(key: key, reference: record.reference)
    } catch {
      throw .vault(.badAnswer("the key does not fit its purpose"))
    }
  }

  private static func open(_ sealed: [SealedFinding], with seal: FindingsSeal) -> [Finding] {
    sealed.compactMap { try? seal.finding($0.box, sequence: $0.sequence) }
  }
}
