internal import CoreMetrics
internal import Foundation
internal import Logging
internal import Metrics
internal import ServiceLifecycle

/// What a running vault does by itself: asks for new keys when crypto-periods end, carries out destructions, and finishes
/// a rewrap, the one that an earlier process began included.
struct UpkeepService: Service {
  let door: VaultDoor
  let logger: Logger

  func run() async throws {
    await cancelWhenGracefulShutdown {
      await withTaskGroup(of: Void.self) { group in
        group.addTask { await keepRewrapping() }
        group.addTask { await keepUp() }
      }
    }
  }

  private func keepUp() async {
    var last = (steady: ContinuousClock.now, wall: door.clock())
    // What fell due while the vault was off is done soon.
    var interval = 1.0
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(interval))
      interval = (try? door.authority.upkeepInterval) ?? 5
      let now = (steady: ContinuousClock.now, wall: door.clock())
      let elapsed = Double((now.steady - last.steady).components.seconds)
      guard !Task.isCancelled, let authority = try? door.authority else { continue }
      do {
        let upkeep = try authority.upkeep(elapsed: elapsed, wall: now.wall.timeIntervalSince(last.wall))
        last = now
        tell(upkeep)
      } catch {
        logger.error("upkeep failed and is tried again", metadata: ["reason": "\(error)"])
      }
    }
  }

  private func tell(_ upkeep: Upkeep) {
    if !upkeep.rotations.isEmpty {
      VaultMetrics.automaticRotations.increment(by: upkeep.rotations.count)
      logger.info("crypto-periods ended", metadata: ["devices": "\(upkeep.rotations.count)"])
    }
    if let version = upkeep.tenantKey {
      logger.notice("the tenant key's crypto-period ended", metadata: ["next": "tenant-kek/\(version)"])
      door.rewrap()
    }
    for device in upkeep.destructions {
      logger.notice("keys destroyed; make a new backup now", metadata: ["device": "\(device)"])
    }
    if let step = upkeep.clockStep { logger.warning("the clock jumped", metadata: ["seconds": "\(step)"]) }
  }

  private func keepRewrapping() async {
    door.rewrap()
    for await _ in door.rewraps {
      guard let authority = try? door.authority else { continue }
      do {
        guard try authority.isRewrapNeeded() else { continue }
        logger.notice("rewrap begins")
        var position: KeyAuthority.RewrapPosition? = .start
        while let next = position, !Task.isCancelled {
          position = try authority.rewrap(after: next, actor: "vault")
          // Releases come in between.
          await Task.yield()
        }
        logger.notice("rewrap is complete")
      } catch {
        logger.error("rewrap stopped; it goes on with the next start or command", metadata: ["reason": "\(error)"])
      }
    }
  }
}
