import GRDB
import Store
import Testing
import Wire

@Suite("Marks and the record of exports at rest")
struct ChartStoreTests {
  private static func reference(_ byte: UInt8) throws -> SessionReference {
    SessionReference(
      device: try #require(DeviceID("sb-001")), session: try #require(SessionID(Array(repeating: byte, count: 16))))
  }

  @Test func marksAreAppendedCountedAndTold() async throws {
    try await withStore { store, _ in
      let reference = try Self.reference(1)
      for byte in UInt8(1)...3 {
        let mark = MarkRecord(
          id: [byte], reference: reference, author: "anna", at: UInt64(byte), box: [byte, byte])
        let stored = try await store.append(mark, limit: 2)
        #expect(stored?.number == (byte < 3 ? Int64(byte) : nil))
      }
      let other = MarkRecord(id: [9], reference: try Self.reference(2), author: "bert", at: 9, box: [9])
      #expect(try await store.append(other, limit: 2)?.number == 3)
      #expect(try await store.marks(of: reference, limit: 10).map(\.id) == [[1], [2]])
      #expect(try await store.marks(after: 1, limit: 10).map(\.author) == ["anna", "bert"])
      #expect(try await store.lastMark() == 3)
    }
  }

  @Test func theRecordIsAppendedOnly() async throws {
    try await withStore { store, directory in
      let pseudonym = try #require(Pseudonym("P-ABCD"))
      let event = ChartEvent(
        kind: .export, account: "anna", pseudonym: pseudonym, reference: try Self.reference(1), format: "edf", from: 5,
        count: 10, at: 7)
      try await store.append(event)
      #expect(try await store.chartEvents(limit: 9) == [event])
      _ = try await store.append(
        MarkRecord(id: [1], reference: try Self.reference(1), author: "anna", at: 1, box: [1]), limit: 9)
      let queue = try DatabaseQueue(path: "\(directory)/findings.sqlite")
      for sql in [
        "UPDATE chart_event SET account = 'x'", "DELETE FROM chart_event", "UPDATE mark SET author = 'x'",
      ] {
        #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: sql) } }
      }
    }
  }
}
