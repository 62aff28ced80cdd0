public import Cardio

/// What a report on paper says of a stretch of a session beside what ``ExportedRecording`` holds.
public struct ReportContent: Sendable {
  /// An episode, with ten seconds of ECG at its beginning.
  public struct Episode: Sendable {
    /// What it is called.
    public let title: String
    /// How much it matters: `high`, `medium`, `low`.
    public let severity: String
    /// Unix time of its beginning, microseconds.
    public let onset: UInt64
    /// Seconds, where it has ended.
    public let seconds: Double?
    /// What was measured, against which limit.
    public let explanation: String
    /// Runs of ECG, 0.5–40 Hz in µV, by seconds from the strip's beginning; what lies between is missing.
    public let runs: [(second: Double, microvolts: [Int16])]
    /// Beats on the strip, by seconds from its beginning.
    public let beats: [(second: Double, label: String)]
    /// Unix time of the strip's beginning, microseconds.
    public let stripStart: UInt64

    /// Describes an episode.
    public init(
      title: String, severity: String, onset: UInt64, seconds: Double?, explanation: String,
      runs: [(second: Double, microvolts: [Int16])], beats: [(second: Double, label: String)], stripStart: UInt64
    ) {
      self.title = title
      self.severity = severity
      self.onset = onset
      self.seconds = seconds
      self.explanation = explanation
      self.runs = runs
      self.beats = beats
      self.stripStart = stripStart
    }
  }

  /// Trends over the stretch.
  public var trends: Trends
  /// Normal-to-normal intervals of the stretch.
  public var intervals: NormalIntervals
  /// Episodes in order.
  public var episodes: [Episode]
  /// Episodes that are not shown because there were too many.
  public var omitted: Int
  /// Who made the report.
  public var account: String
  /// When, Unix microseconds.
  public var madeAt: UInt64

  /// Describes a report.
  public init(
    trends: Trends, intervals: NormalIntervals, episodes: [Episode], omitted: Int, account: String, madeAt: UInt64
  ) {
    self.trends = trends
    self.intervals = intervals
    self.episodes = episodes
    self.omitted = omitted
    self.account = account
    self.madeAt = madeAt
  }
}

/// The report: who and when, the trend of the heart rate, a table of episodes, and a strip of each on paper of 25 mm a second and 10 mm a millivolt.
public struct PDFReport {
  /// Most episodes of one report.
  public static let episodeLimit = 60
  /// Seconds of a strip: 250 mm.
  public static let stripSeconds = 10.0
  private static let left = 20.0
  private static let stripHeight = 45.0

  private let recording: ExportedRecording
  private let content: ReportContent
  private var document = PDFDocument()

  /// Prepares a report.
  public init(_ recording: ExportedRecording, content: ReportContent) {
    self.recording = recording
    self.content = content
  }

  /// The file.
  public func bytes() -> [UInt8] {
    var report = self
    report.drawHead()
    report.drawTrend(y: 72)
    report.drawTable(y: 128)
    report.drawStrips()
    return report.document.bytes(title: "SealedBeat report \(recording.pseudonym)")
  }

  private mutating func drawHead() {
    document.text("ECG report", x: Self.left, y: 20, size: 18, font: .bold)
    let who = recording.name.map { "\($0) (\(recording.pseudonym))" } ?? recording.pseudonym
    document.text(who, x: Self.left, y: 29, size: 12, font: .bold)
    let end = CivilTime(microseconds: recording.time(of: recording.count))
    let start = CivilTime(microseconds: recording.start)
    let hours = Double(recording.count) / 125 / 3600
    var lines = [
      "Born \(recording.birthDate ?? "-")   Device \(recording.device)   Session \(recording.session)",
      "From \(start.date) \(start.clock) to \(end.date) \(end.clock) UTC, \(Self.hundredths(hours)) h"
        + (recording.isClockSynchronised ? "" : "; the device's clock was not synchronised"),
    ]
    let abnormal = content.trends.buckets.reduce(0) { $0 + $1.abnormal }
    let beats = content.trends.buckets.reduce(0) { $0 + $1.beats }
    let missing = content.trends.buckets.reduce(0) { $0 + $1.missingSamples }
    let off = content.trends.buckets.reduce(0) { $0 + $1.leadOffSamples }
    let burden = beats > 0 ? "\(Self.hundredths(100 * Double(abnormal) / Double(beats))) %" : "-"
    lines.append(
      "Beats \(beats), abnormal \(abnormal) (\(burden)).   Missing \(missing / 125) s, leads off \(off / 125) s.")
    func whole(_ value: Double?) -> String { value.map { "\(Int($0.rounded())) ms" } ?? "-" }
    lines.append(
      "Normal-to-normal intervals \(content.intervals.count): mean \(whole(content.intervals.meanMilliseconds)), "
        + "SDNN \(whole(content.intervals.variability?.sdnnMilliseconds)), "
        + "RMSSD \(whole(content.intervals.variability?.rmssdMilliseconds)) (Task Force 1996).")
    let made = CivilTime(microseconds: content.madeAt)
    lines.append(
      "Made \(made.date) \(made.clock) UTC by \(content.account). Beats and episodes were found by a machine: an aid, not a diagnosis."
    )
    for (index, line) in lines.enumerated() { document.text(line, x: Self.left, y: 37 + 5.5 * Double(index)) }
  }

  private mutating func drawTrend(y: Double) {
    let (width, height) = (257.0, 46.0)
    document.text(
      "Heart rate, beats per minute: median, least and greatest of each part", x: Self.left, y: y, font: .bold)
    let top = y + 3
    func place(_ rate: Double) -> Double { top + height - min(220, max(20, rate) - 20) / 200 * height }
    for rate in stride(from: 40.0, through: 200, by: 40) {
      document.line(
        [(Self.left, place(rate)), (Self.left + width, place(rate))], width: 0.1, colour: .grey)
      document.text("\(Int(rate))", x: Self.left - 7, y: place(rate) + 1, size: 7, colour: .grey)
    }
    let buckets = content.trends.buckets
    let step = width / Double(max(1, buckets.count))
    var run: [(x: Double, y: Double)] = []
    for (index, bucket) in buckets.enumerated() {
      let x = Self.left + (Double(index) + 0.5) * step
      let share = Double(bucket.missingSamples + bucket.leadOffSamples) / Double(content.trends.bucketSamples)
      if share > 0.5 {
        document.box(x: x - step / 2, y: top, width: step, height: height, colour: .shade)
      }
      guard let rate = bucket.heartRate else {
        document.line(run, width: 0.4, colour: .black)
        run = []
        continue
      }
      document.line([(x, place(rate.low)), (x, place(rate.high))], width: 0.25, colour: .thick)
      run.append((x, place(rate.median)))
    }
    document.line(run, width: 0.4, colour: .black)
    document.text("Grey: mostly missing or leads off.", x: Self.left, y: top + height + 4, size: 7, colour: .grey)
  }

  private mutating func drawTable(y: Double) {
    var y = y
    func head(_ report: inout PDFReport, _ y: Double) {
      for (text, x) in [
        ("No.", 0.0), ("Begins (UTC)", 10), ("Lasts", 52), ("Severity", 72), ("Episode", 92),
        ("What was measured", 140),
      ] {
        report.document.text(text, x: Self.left + x, y: y, size: 8, font: .bold)
      }
    }
    document.text("Episodes", x: Self.left, y: y + 4, size: 11, font: .bold)
    y += 11
    if content.episodes.isEmpty {
      document.text("None.", x: Self.left, y: y)
      return
    }
    head(&self, y)
    for (index, episode) in content.episodes.enumerated() {
      y += 5
      if y > 198 {
        document.newPage()
        y = 20
        head(&self, y)
        y += 5
      }
      let onset = CivilTime(microseconds: episode.onset)
      let lasts = episode.seconds.map { "\(Int($0.rounded())) s" } ?? "goes on"
      let explanation =
        episode.explanation.count > 90 ? episode.explanation.prefix(88) + "…" : Substring(episode.explanation)
      for (text, x) in [
        ("\(index + 1)", 0.0), ("\(onset.date) \(onset.clock)", 10), (lasts, 52), (episode.severity, 72),
        (episode.title, 92), (String(explanation), 140),
      ] { document.text(text, x: Self.left + x, y: y, size: 8) }
    }
    if content.omitted > 0 {
      document.text("\(content.omitted) more are not shown.", x: Self.left, y: y + 6, size: 8)
    }
  }

  private mutating func drawStrips() {
    for (index, episode) in content.episodes.enumerated() {
      if index % 3 == 0 { document.newPage() }
      draw(episode, number: index + 1, y: 14 + Double(index % 3) * 64)
    }
  }

  /// Ten seconds at 25 mm/s and 10 mm/mV, with a pulse of 1 mV and 0.2 s before them.
  private mutating func draw(_ episode: ReportContent.Episode, number: Int, y: Double) {
    let time = CivilTime(microseconds: episode.stripStart)
    document.text(
      "\(number). \(episode.title) - strip from \(time.date) \(time.clock) UTC", x: Self.left, y: y, font: .bold)
    document.text("25 mm/s  10 mm/mV  0.5-40 Hz", x: 222, y: y, size: 8, colour: .grey)
    let top = y + 8
    let width = Self.stripSeconds * 25
    for millimetre in 0...Int(width) {
      let isThick = millimetre % 5 == 0
      let x = Self.left + Double(millimetre)
      document.line(
        [(x, top), (x, top + Self.stripHeight)], width: isThick ? 0.15 : 0.08, colour: isThick ? .thick : .thin)
    }
    for millimetre in 0...Int(Self.stripHeight) {
      let isThick = millimetre % 5 == 0
      let line = top + Double(millimetre)
      document.line(
        [(Self.left, line), (Self.left + width, line)], width: isThick ? 0.15 : 0.08, colour: isThick ? .thick : .thin)
    }
    let baseline = top + 27
    document.line(
      [(8, baseline), (9.5, baseline), (9.5, baseline - 10), (14.5, baseline - 10), (14.5, baseline), (16, baseline)],
      width: 0.3, colour: .black)
    document.clipped(x: Self.left, y: top, width: width, height: Self.stripHeight) { document in
      for run in episode.runs {
        let points = run.microvolts.enumerated().map { index, value in
          (x: Self.left + (run.second + Double(index) / 125) * 25, y: baseline - Double(value) / 100)
        }
        document.line(points, width: 0.25, colour: .black)
      }
    }
    for beat in episode.beats where (0..<Self.stripSeconds).contains(beat.second) {
      document.text(beat.label, x: Self.left + beat.second * 25 - 1, y: top - 1.5, size: 8, font: .bold)
    }
  }

  private static func hundredths(_ value: Double) -> String { thousandths(Int((value * 100).rounded()) * 10) }
}
