/// What `sealedbeat bench ward` measured.
struct WardReport: Encodable {
  /// The dashboard's process.
  struct Dashboard: Encodable {
    /// Share of one core.
    var coreShare = 0.0
    var cpuMicrosecondsPerChunk = 0.0
    var residentBytes = 0
    /// Before the devices started.
    var residentBytesBefore = 0
  }

  /// What a page is told when it begins.
  struct Present: Encodable {
    var bytes = 0
    var events = 0
    var milliseconds = 0.0
  }

  /// What a page is told from then on.
  struct Stream: Encodable {
    var bytesPerSecond = 0.0
    var eventsPerSecond = 0.0
    /// How often it had to begin anew.
    var resyncs = 0
  }

  /// Times of single chunks.
  struct Latency: Encodable {
    let count: Int
    let p50Milliseconds: Double
    let p95Milliseconds: Double
    let p99Milliseconds: Double
    let maxMilliseconds: Double

    /// - Parameter times: Milliseconds, in any order; `nil` where there are none.
    init?(_ times: [Double]) {
      let sorted = times.sorted()
      guard let last = sorted.last else { return nil }
      func quantile(_ share: Double) -> Double {
        let place = Int((share * Double(sorted.count)).rounded(.up)) - 1
        return (sorted[max(0, place)] * 10).rounded() / 10
      }
      count = sorted.count
      p50Milliseconds = quantile(0.5)
      p95Milliseconds = quantile(0.95)
      p99Milliseconds = quantile(0.99)
      maxMilliseconds = (last * 10).rounded() / 10
    }
  }

  let machine = PipelineMachine()
  let patients: Int
  let pages: Int
  var loadAverageBefore = 0.0
  var windowSeconds = 0.0
  var keptUp = false
  var reason: String?
  var committedChunks = 0
  var analysedChunks = 0
  /// Share of all cores' time.
  var serverLoadFraction = 0.0
  var fleetLoadFraction = 0.0
  var dashboard = Dashboard()
  var present = Present()
  var stream = Stream()
  var arrivalToEvent: Latency?

  init(patients: Int, pages: Int) {
    self.patients = patients
    self.pages = pages
  }
}
