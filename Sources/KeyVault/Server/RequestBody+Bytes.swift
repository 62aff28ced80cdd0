internal import Hummingbird
internal import NIOCore

extension Request {
  /// Time within which a whole request body must arrive: a device on a poor link sends 4 KiB in less.
  static var bodyTimeout: Duration { .seconds(10) }

  /// The whole body, at most `limit` bytes.
  func bytes(upTo limit: Int) async throws -> [UInt8] {
    let body = self.body
    return try await withThrowingTaskGroup(of: [UInt8].self) { group in
      group.addTask { Array(buffer: try await body.collect(upTo: limit)) }
      group.addTask {
        try await Task.sleep(for: Self.bodyTimeout)
        throw VaultError(.timedOut, "the request did not arrive in time")
      }
      defer { group.cancelAll() }
      guard let bytes = try await group.next() else { throw VaultError(.timedOut, "the request did not arrive") }
      return bytes
    }
  }
}
