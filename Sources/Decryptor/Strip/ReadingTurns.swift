/// Readings of an actor that go one after the other, although each of them waits for the store.
package struct ReadingTurns: Sendable {
  private var last: Task<Result<Void, StripError>, Never>?

  /// Nothing was read yet.
  package init() {}

  /// Begins `work` when all that was begun before is over.
  package mutating func begin(
    _ work: @escaping @Sendable () async throws(StripError) -> Void
  ) -> Task<Result<Void, StripError>, Never> {
    let before = last
    let mine = Task { () -> Result<Void, StripError> in
      _ = await before?.value
      do throws(StripError) {
        try await work()
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    last = mine
    return mine
  }
}
