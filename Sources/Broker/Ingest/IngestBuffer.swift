internal import MQTT
package import Store
internal import Synchronization

/// What has arrived and is not committed yet. The MQTT loop's thread fills it, the committing task empties it: while one
/// transaction runs, the next one gathers.
package final class IngestBuffer: Sendable {
  /// Most chunks that wait: about 8 MiB. Beyond it new ones are dropped; their devices hold them and send them again.
  package static let chunkLimit = 16_384
  /// Most refused messages that wait for the quarantine.
  package static let refusedLimit = 256
  /// Most chunks in one transaction: keeps a receipt's delay in the tens of milliseconds.
  package static let transactionLimit = 1024

  private struct Waiting {
    var chunks: [ReceivedChunk] = []
    var links: [LinkChange] = []
    var refused: [QuarantinedMessage] = []
    var dropped: UInt64 = 0
  }

  private let waiting = Mutex(Waiting())
  private let bell: AsyncStream<Void>.Continuation
  /// Yields when something has arrived; several arrivals may ring once.
  package let arrivals: AsyncStream<Void>

  /// Starts empty.
  package init() {
    (arrivals, bell) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  /// Takes a judged message; `false` when it was dropped for want of room.
  @discardableResult
  package func add(_ verdict: IntakeVerdict) -> Bool {
    let isTaken = waiting.withLock { waiting -> Bool in
      switch verdict {
      case .chunk(let chunk) where waiting.chunks.count < Self.chunkLimit: waiting.chunks.append(chunk)
      case .link(let change) where waiting.links.count < Self.chunkLimit: waiting.links.append(change)
      case .refused(let message) where waiting.refused.count < Self.refusedLimit: waiting.refused.append(message)
      default:
        waiting.dropped += 1
        return false
      }
      return true
    }
    bell.yield()
    return isTaken
  }

  /// Takes what the next transaction should hold; `nil` when nothing waits.
  package func take() -> ChunkBatch? {
    waiting.withLock { waiting in
      guard !(waiting.chunks.isEmpty && waiting.links.isEmpty && waiting.refused.isEmpty) else { return nil }
      var batch = ChunkBatch(links: waiting.links, quarantine: waiting.refused)
      if waiting.chunks.count <= Self.transactionLimit {
        batch.chunks = waiting.chunks
        waiting.chunks = []
      } else {
        batch.chunks = Array(waiting.chunks[..<Self.transactionLimit])
        waiting.chunks.removeFirst(Self.transactionLimit)
      }
      waiting.links = []
      waiting.refused = []
      return batch
    }
  }

  /// Chunks that wait.
  package var depth: Int { waiting.withLock { $0.chunks.count } }

  /// Ends ``arrivals``.
  package func close() { bell.finish() }
}
