import Foundation
import GRDB
import Store
import Testing
import Wire

@Suite("What can go wrong on a disk")
struct StoreIntegrityTests {
  @Test func aFullDiskCommitsNothingAndHeals() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      let small = try await SQLiteStore.open(
        directory: directory, writing: [.chunks], options: SQLiteStoreOptions(maximumPages: 60))
      var next: UInt64 = 0
      var failure: StoreError?
      while failure == nil {
        do throws(StoreError) {
          _ = try await small.commit(ChunkBatch(chunks: (next..<next + 20).map { session.chunk($0) }))
          next += 20
        } catch {
          failure = error
        }
      }
      #expect(failure?.code == .diskFull && next > 0)
      let record = try #require(try await small.session(session.reference))
      #expect(record.chunkCount == Int(next) && record.contiguous == next - 1)
      #expect(try await small.chunks(of: session.reference, from: next, limit: 9).isEmpty)
      small.close()

      let roomy = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      defer { roomy.close() }
      let commit = try await roomy.commit(ChunkBatch(chunks: (next..<next + 20).map { session.chunk($0) }))
      #expect(commit.outcomes.allSatisfy { $0 == .committed })
      #expect(commit.contiguous == [session.reference: next + 19])
    }
  }

  @Test func aDamagedPageIsFoundAndHarmsNoOtherFile() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      let store = try await SQLiteStore.open(directory: directory, writing: Set(StoreArea.allCases))
      _ = try await store.commit(ChunkBatch(chunks: (0..<400).map { session.chunk($0) }))
      store.close()
      // What is still in the log would hide the damage.
      let queue = try DatabaseQueue(path: "\(directory)/chunks.sqlite")
      try await queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
      try queue.close()
      let handle = try FileHandle(forUpdating: URL(filePath: "\(directory)/chunks.sqlite"))
      try handle.seek(toOffset: 12 * 4096)
      try handle.write(contentsOf: Data(repeating: 0xFF, count: 20 * 4096))
      try handle.close()

      await #expect(throws: StoreError(.corrupt, "")) {
        try await SQLiteStore.open(directory: directory, writing: [.chunks])
      }
      let other = try await SQLiteStore.open(directory: directory, writing: [.registry])
      defer { other.close() }
      try await other.put(
        AccountRecord(
          name: "anna", role: .auditor, passwordHash: "h", isDisabled: false, seesAllPatients: false, createdAt: 1))
      #expect(try await other.accounts().count == 1)
      await #expect(throws: StoreError(.corrupt, "")) {
        try await other.chunks(of: session.reference, from: 0, limit: 1_000).count
      }
    }
  }

  @Test func theErrorNamesTheFileAndWhatToDo() async throws {
    try await withTemporaryDirectory { directory in
      try Data(repeating: 0x55, count: 8192).write(to: URL(filePath: "\(directory)/alerts.sqlite"))
      do throws(StoreError) {
        _ = try await SQLiteStore.open(directory: directory, writing: [.alerts])
        Issue.record("opened")
      } catch {
        #expect(error.code == .corrupt)
        #expect(error.reason.contains("alerts.sqlite") && error.reason.contains("backup"))
      }
    }
  }

  @Test func aNewerFileIsRefused() async throws {
    try await withTemporaryDirectory { directory in
      try await SQLiteStore.open(directory: directory, writing: []).close()
      let queue = try DatabaseQueue(path: "\(directory)/findings.sqlite")
      try await queue.write { db in try db.execute(sql: "PRAGMA user_version = 99") }
      try queue.close()
      await #expect(throws: StoreError(.newerSchema, "")) {
        try await SQLiteStore.open(directory: directory, writing: [])
      }
    }
  }

  @Test func aCopyMadeInTheMiddleHoldsWholeCommits() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      let store = try await SQLiteStore.open(directory: directory, writing: [.chunks])
      defer { store.close() }
      for batch in 0..<10 as Range<UInt64> {
        _ = try await store.commit(ChunkBatch(chunks: (batch * 7..<batch * 7 + 7).map { session.chunk($0) }))
      }
      let log = try Data(contentsOf: URL(filePath: "\(directory)/chunks.sqlite-wal"))
      let file = try Data(contentsOf: URL(filePath: "\(directory)/chunks.sqlite"))
      // As a loss of power leaves it: the log ends anywhere.
      var counts: [Int] = []
      for share in 0...10 {
        let copy = "\(directory)/copy\(share)"
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        try file.write(to: URL(filePath: "\(copy)/chunks.sqlite"))
        try log.prefix(log.count * share / 10).write(to: URL(filePath: "\(copy)/chunks.sqlite-wal"))
        let reopened = try await SQLiteStore.open(directory: copy, writing: [.chunks])
        let record = try await reopened.session(session.reference)
        let stored = try await reopened.chunks(of: session.reference, from: 0, limit: 1_000)
        #expect(stored.map(\.sequence) == (0..<stored.count).map { UInt64($0) })
        #expect(stored.count.isMultiple(of: 7) && stored.count == record?.chunkCount ?? 0)
        #expect(record?.contiguous == (stored.isEmpty ? nil : UInt64(stored.count - 1)))
        let all = (0..<70 as Range<UInt64>).map { session.chunk($0) }
        let commit = try await reopened.commit(ChunkBatch(chunks: all))
        #expect(commit.contiguous == [session.reference: 69])
        counts.append(stored.count)
        reopened.close()
      }
      #expect(counts.last == 70 && counts == counts.sorted())
    }
  }

  @Test func everyCommitIsSynchronous() async throws {
    try await withStore { store, _ in
      for area in StoreArea.allCases {
        let level = try await store.synchronousLevel(of: area)
        #expect(level == 2)
      }
    }
  }

  @Test func manyProcessesMayStartAtOnce() async throws {
    try await withTemporaryDirectory { directory in
      let session = try SampleSession()
      try await withThrowingTaskGroup(of: SQLiteStore.self) { group in
        for _ in 0..<8 {
          group.addTask { try await SQLiteStore.open(directory: directory, writing: Set(StoreArea.allCases)) }
        }
        var sequence: UInt64 = 0
        for try await store in group {
          _ = try await store.commit(ChunkBatch(chunks: [session.chunk(sequence)]))
          sequence += 1
        }
      }
      let reader = try await SQLiteStore.open(directory: directory, writing: [])
      defer { reader.close() }
      #expect(try await reader.session(session.reference)?.contiguous == 7)
    }
  }

  @Test func onlyTheOwnerMayReadTheFiles() async throws {
    try await withTemporaryDirectory { directory in
      let inner = "\(directory)/store"
      let session = try SampleSession()
      let store = try await SQLiteStore.open(directory: inner, writing: Set(StoreArea.allCases))
      defer { store.close() }
      _ = try await store.commit(ChunkBatch(chunks: [session.chunk(0)]))
      let manager = FileManager.default
      func mode(_ path: String) throws -> Int? {
        try manager.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      }
      #expect(try mode(inner) == 0o700)
      let names = try manager.contentsOfDirectory(atPath: inner)
      #expect(names.contains("chunks.sqlite-wal") && names.contains("chunks.bell"))
      for name in names { #expect(try mode("\(inner)/\(name)") == 0o600, "\(name)") }
    }
  }

  @Test func aDirectoryThatCannotBeMadeIsSaid() async throws {
    await #expect(throws: StoreError(.cannotOpen, "")) {
      try await SQLiteStore.open(directory: "/proc/none/store", writing: [])
    }
  }
}
