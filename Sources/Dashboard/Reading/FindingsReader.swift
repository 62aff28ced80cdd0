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

  init(store: any FindingStore, chunks: any ChunkStore, keys: any SessionKeySource, time: Timekeeper) {
    self.store = store
    self.chunks = chunks
    self.keys = SessionKeyCache(source: keys, purpose: .findings, time: time)
  }

  /// The findings of a session from a sequence number on, at most `limit`. One that cannot be opened is left out.
  func findings(of record: SessionRecord, from sequence: UInt64, limit: Int) async throws(StripError) -> [Finding] {
    let seal = try await seal(of: record)
    do {
      return Self.open(try await store.findings(of: record.reference, from: sequence, limit: limit), with: seal)
    } catch {
      throw .store(error)
    }
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
    let session: SessionRecord?
    do {
      session = try await chunks.session(alert.reference)
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
    guard let plaintext = try? seal.open(alert.box, kind: .alert, name: alert.id.description) else { return nil }
    return try? JSONDecoder().decode(AlertBody.self, from: Data(plaintext))
  }

  /// Forgets the keys of all sessions of a device.
  func forget(_ device: DeviceID) async { await keys.forget(device) }

  private func seal(of record: SessionRecord) async throws(StripError) -> FindingsSeal {
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
