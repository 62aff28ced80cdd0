import Foundation
import Logging
import ServiceLifecycle
import Store

/// Deletes what was derived from sessions that the retention policy no longer allows, at the start and then once an hour.
struct FindingRetention: Service {
  let findings: any FindingStore
  let days: Int
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        let oldest = Date().timeIntervalSince1970 - Double(days) * 86_400
        do {
          let deleted = try await findings.deleteAnalyses(advancedBefore: UInt64(max(0, oldest) * 1_000_000))
          if deleted > 0 { logger.notice("old findings were deleted", metadata: ["findings": "\(deleted)"]) }
        } catch {
          logger.warning("old findings stay for another hour", metadata: ["reason": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(3600))
      }
    }
  }
}
