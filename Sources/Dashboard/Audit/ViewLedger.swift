internal import Decryptor
internal import Logging
internal import Store
internal import Synchronization

/// Puts on record who is shown what of whom: once for each person, patient, kind and way in each ``span(of:)``, however many requests a
/// page makes and however long a stream runs.
///
/// A look is shown even where it cannot be recorded, which is logged as an error: a screen that goes blank because a disk is full would
/// harm who lies in the bed. What leaves the system as a file is held back in that case, see `exportSession`.
final class ViewLedger: Sendable {
  /// Looks at the same patient within so long are one.
  static let chartSpan: Duration = .seconds(15 * 60)
  /// Overviews that hold the same patient within so long, a shift, are one: fifty people with two hundred patients on their walls leave
  /// 30,000 lines a day.
  static let overviewSpan: Duration = .seconds(8 * 3600)
  /// Looks that are remembered: 500 people with 200 patients each, on the ward and in the inbox. Beyond that all are forgotten, and
  /// stand on record a second time.
  private static let rememberedLimit = 200_000

  private struct Look: Hashable {
    let account: String
    let patient: Pseudonym
    let kind: ChartView.Kind
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

  /// Within how long looks of a kind are one.
  static func span(of kind: ChartView.Kind) -> Duration {
    ChartView.Kind.overviews.contains(kind) ? overviewSpan : chartSpan
  }

  /// Records that somebody was shown a patient.
  func note(_ patient: Pseudonym, shownTo signedIn: SignedIn) async {
    await note([patient], .chart, shownTo: signedIn)
  }

  /// Records that somebody was shown patients.
  func note(_ patients: some Collection<Pseudonym>, _ kind: ChartView.Kind, shownTo signedIn: SignedIn) async {
    let door = signedIn.program == nil ? ChartView.Door.page : .program
    let now = time.unixMicroseconds()
    let span = Self.span(of: kind).unixMicroseconds
    let new = looks.withLock { looks in
      var new: [Look] = []
      for patient in patients {
        let look = Look(account: signedIn.account, patient: patient, kind: kind, door: door)
        if let last = looks[look], now < last + span { continue }
        if looks.count >= Self.rememberedLimit { looks = [:] }
        looks[look] = now
        new.append(look)
      }
      return new
    }
    guard !new.isEmpty else { return }
    do {
      try await store.append(
        new.map { ChartView(account: $0.account, pseudonym: $0.patient, kind: kind, door: door, at: now) })
    } catch {
      looks.withLock { looks in for look in new { looks[look] = nil } }
      logger.error("looks are not on record", metadata: ["error": "\(error)", "account": "\(signedIn.account)"])
    }
  }
}
