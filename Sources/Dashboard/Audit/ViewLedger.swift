internal import Decryptor
internal import Logging
internal import Store
internal import Synchronization

/// Puts on record who looks at whom: once for each person, patient and way in each ``span``, however many requests a page makes.
///
/// A look is shown even where it cannot be recorded, which is logged as an error: a screen that goes blank because a disk is full would
/// harm who lies in the bed. What leaves the system as a file is held back in that case, see `exportSession`.
final class ViewLedger: Sendable {
  /// Looks at the same patient within so long are one.
  static let span: Duration = .seconds(15 * 60)
  /// Looks that are remembered: 500 people with 200 patients each. Beyond that all are forgotten, and stand on record a second time.
  private static let rememberedLimit = 100_000

  private struct Look: Hashable {
    let account: String
    let patient: Pseudonym
    let door: ChartView.Door
  }

  private let store: any ChartStore
  private let time: Timekeeper
  private let logger: Logger
  private let looks = Mutex<[Look: UnixMicroseconds]>([:])

  init(store: any ChartStore, time: Timekeeper, logger: Logger) {
    self.store = store
    self.time = time
    self.logger = logger
  }

  /// Records that somebody was shown a patient.
  func note(_ patient: Pseudonym, shownTo signedIn: SignedIn) async {
    let door = signedIn.program == nil ? ChartView.Door.page : .program
    let look = Look(account: signedIn.account, patient: patient, door: door)
    let now = time.unixMicroseconds()
    let isNew = looks.withLock { looks in
      if let last = looks[look], now < last + Self.span.unixMicroseconds { return false }
      if looks.count >= Self.rememberedLimit { looks = [:] }
      looks[look] = now
      return true
    }
    guard isNew else { return }
    do {
      try await store.append(ChartView(account: look.account, pseudonym: patient, door: door, at: now))
    } catch {
      looks.withLock { $0[look] = nil }
      logger.error("a look is not on record", metadata: ["error": "\(error)", "account": "\(look.account)"])
    }
  }
}
