internal import Wire

/// Group commit of session-key releases: whatever arrives while one transaction is being made durable goes into the
/// next one, together.
actor ReleaseQueue {
  /// Most calls that may wait: beyond, a client is told to come back.
  static let waitingLimit = 1024

  typealias Decisions = [ReleaseDecision]

  private struct Waiting {
    let service: ServiceID
    let requests: [ReleaseRequest]
    let continuation: CheckedContinuation<Decisions, any Error>
  }

  private var waiting: [Waiting] = []
  private var isCommitting = false

  /// Decides requests, and returns when the decision is on disk.
  /// - Parameter commit: writes one transaction for several calls.
  func decide(
    _ requests: [ReleaseRequest], for service: ServiceID,
    commit: @escaping @Sendable ([(ServiceID, [ReleaseRequest])]) async throws -> [Decisions]
  ) async throws -> Decisions {
    guard waiting.count < Self.waitingLimit else {
      throw VaultError(.tooMany, "too many requests for session keys are waiting")
    }
    return try await withCheckedThrowingContinuation { continuation in
      waiting.append(Waiting(service: service, requests: requests, continuation: continuation))
      guard !isCommitting else { return }
      isCommitting = true
      Task { await drain(commit) }
    }
  }

  private func drain(
    _ commit: @Sendable ([(ServiceID, [ReleaseRequest])]) async throws -> [Decisions]
  ) async {
    while !waiting.isEmpty {
      let group = waiting
      waiting = []
      do {
        let decisions = try await commit(group.map { ($0.service, $0.requests) })
        for (call, decision) in zip(group, decisions) { call.continuation.resume(returning: decision) }
      } catch {
        for call in group { call.continuation.resume(throwing: error) }
      }
    }
    isCommitting = false
  }
}

/// What the transaction decided about one request; the key is unwrapped and derived after it.
enum ReleaseDecision: Sendable {
  case release(StoredDeviceKey)
  case refuse(ReleaseRefusal)
}
