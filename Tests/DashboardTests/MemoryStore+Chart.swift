import Store
import Wire

extension MemoryStore: ChartStore {
  func append(_ mark: MarkRecord, limit: Int) async throws(StoreError) -> MarkRecord? {
    change { state in
      guard state.marks.count(where: { $0.reference == mark.reference }) < limit else { return nil }
      let stored = MarkRecord(
        number: Int64(state.marks.count) + 1, id: mark.id, reference: mark.reference, author: mark.author, at: mark.at,
        box: mark.box)
      state.marks.append(stored)
      return stored
    }
  }
  func marks(of reference: SessionReference, limit: Int) async throws(StoreError) -> [MarkRecord] {
    try read { Array($0.marks.filter { $0.reference == reference }.prefix(limit)) }
  }
  func marks(after number: Int64, limit: Int) async throws(StoreError) -> [MarkRecord] {
    try read { Array($0.marks.filter { $0.number > number }.prefix(limit)) }
  }
  func lastMark() async throws(StoreError) -> Int64 { try read { Int64($0.marks.count) } }
  func append(_ event: ChartEvent) async throws(StoreError) {
    _ = try read { _ in true }
    change { $0.chartEvents.append(event) }
  }
  func chartEvents(limit: Int) async throws(StoreError) -> [ChartEvent] {
    try read { Array($0.chartEvents.reversed().prefix(limit)) }
  }
}
