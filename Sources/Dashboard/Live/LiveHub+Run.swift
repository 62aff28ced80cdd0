internal import Store
internal import Synchronization

extension LiveHub {
  /// Every area is read at least so often, announced or not; also how soon silence is noticed.
  private static let interval: Duration = .seconds(1)
  /// Patients, devices and links change seldom.
  private static let registryInterval: Duration = .seconds(5)

  /// Commits that come within this time are read together: a chunk is 1.5 s, and each look costs the same for one as for fifty.
  private static let pace: Duration = .milliseconds(40)

  /// Follows the store until cancelled.
  func run(changes: any StoreChanges) async {
    let (signal, source) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    let pending = PendingAreas()
    await withTaskGroup(of: Void.self) { group in
      for area in StoreArea.allCases {
        group.addTask {
          let interval = area == .registry ? Self.registryInterval : Self.interval
          for await _ in changes.changes(in: area, atLeastEvery: interval) {
            pending.add(area)
            source.yield()
          }
        }
      }
      group.addTask { [self] in
        await refresh(Set(StoreArea.allCases))
        for await _ in signal {
          let begin = ContinuousClock.now
          await refresh(pending.take())
          try? await Task.sleep(until: begin + Self.pace)
        }
      }
      group.addTask { [self] in
        while !Task.isCancelled {
          await beat()
          try? await Task.sleep(for: Self.heartbeat)
        }
      }
      await group.waitForAll()
    }
  }
}

/// Areas that were announced and not read yet: notices coalesce here.
private final class PendingAreas: Sendable {
  private let areas = Mutex<Set<StoreArea>>([])

  func add(_ area: StoreArea) { areas.withLock { _ = $0.insert(area) } }

  func take() -> Set<StoreArea> {
    areas.withLock { areas in
      defer { areas = [] }
      return areas
    }
  }
}
