import Foundation
import Store
import Wire

/// Runs `body` with a new directory that is removed afterwards.
func withTemporaryDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
  let directory = FileManager.default.temporaryDirectory.appending(path: "sealedbeat-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: directory) }
  return try await body(directory.path)
}

/// Runs `body` with a store of its own that writes everything.
func withStore(
  options: SQLiteStoreOptions = SQLiteStoreOptions(), _ body: (SQLiteStore, String) async throws -> Void
) async throws {
  try await withTemporaryDirectory { directory in
    let store = try await SQLiteStore.open(directory: directory, writing: Set(StoreArea.allCases), options: options)
    defer { store.close() }
    try await body(store, directory)
  }
}

/// A session of a device, and the chunks that it would send.
struct SampleSession {
  let reference: SessionReference
  let iv: SessionIV
  var keyVersion = KeyVersion(rawValue: 1)

  init(device: String = "dev-one", session: UInt8 = 1) throws {
    guard let device = DeviceID(device), let id = SessionID([UInt8](repeating: session, count: 16)),
      let iv = SessionIV([UInt8](repeating: 0xA0 ^ session, count: 12))
    else { throw CocoaError(.formatting) }
    reference = SessionReference(device: device, session: id)
    self.iv = iv
  }

  func chunk(_ sequence: UInt64, backlog: UInt64 = 0, filler: UInt8 = 7, receivedAt: UInt64 = 1_000) -> ReceivedChunk {
    let header = ChunkHeader(
      keyVersion: keyVersion, nonce: iv.nonce(sequence: sequence), session: reference.session, sequence: sequence,
      kind: .ecgLeadII, firstSample: sequence * 187, count: 187, nanovoltsPerLSB: 1_000,
      captureTime: 1_700_000_000_000_000 + sequence * 1_496_000, isClockSynchronised: true,
      firmware: FirmwareVersion(rawValue: 1), backlog: backlog)
    let sealed = SealedChunk(header: header, ciphertext: [UInt8](repeating: filler, count: 390))
    return ReceivedChunk(
      device: reference.device, header: header, message: sealed.encoded(), receivedAt: receivedAt + sequence)
  }
}
