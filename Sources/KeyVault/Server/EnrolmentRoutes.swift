internal import CoreMetrics
internal import Hummingbird
internal import Logging
internal import Synchronization

/// The listener for devices that have no certificate yet.
struct EnrolmentRoutes: Sendable {
  private final class Limits: Sendable {
    let failures = Mutex(FailureLimiter())
  }

  let door: VaultDoor
  private let limits = Limits()
  private let started = ContinuousClock.now

  init(door: VaultDoor) { self.door = door }

  func router() -> Router<VaultRequestContext> {
    let router = Router(context: VaultRequestContext.self)
    router.add(middleware: ErrorMiddleware())
    router.post("/v1/enrol") { request, context in
      let address = context.connection.address
      guard limits.failures.withLock({ $0.allows(address, now: seconds) }) else {
        throw VaultError(.tooMany, "too many failed enrolments from this address: come back later")
      }
      do {
        let message = try await request.bytes(upTo: EnrolmentOpener.messageLimit)
        let enrolment = try door.authority.enrol(message: message)
        VaultMetrics.enrolments.increment()
        context.logger.info(
          "device enrolled", metadata: ["device": "\(enrolment.device)", "version": "\(enrolment.version)"])
        // The device connects to mosquitto as soon as it has this answer; it should find itself known there.
        // Enrolled it is either way.
        _ = try? await door.authority.isAccessApplied(to: enrolment.device, within: AccessRoutes.patience)
        return VaultResponse.cbor(enrolment.encoded)
      } catch let error as VaultError where error.code == .sealed {
        // The device is not at fault.
        throw error
      } catch {
        limits.failures.withLock { $0.recordFailure(address, now: seconds) }
        throw error
      }
    }
    return router
  }

  private var seconds: Double {
    let (seconds, attoseconds) = (ContinuousClock.now - started).components
    return Double(seconds) + Double(attoseconds) * 1e-18
  }
}
