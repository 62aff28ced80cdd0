public import Cardio

/// What a report on paper says of a stretch of a session beside what ``ExportedRecording`` holds.
public struct ReportContent: Sendable {
  /// An episode, with ten seconds of ECG at its beginning.
  public struct Episode: Sendable {
    /// What it is called, in the report's language.
    public let title: String
    /// How much it matters, in the report's language.
    public let severity: String
    /// Unix time of its beginning, microseconds.
    public let onset: UInt64
    /// Seconds, where it has ended.
    public let seconds: Double?
    /// What was measured, against which limit, in the report's language.
    public let explanation: String
    /// Runs of ECG, 0.5–40 Hz in µV, by seconds from the strip's beginning; what lies between is missing.
    public let runs: [(second: Double, microvolts: [Int16])]
    /// Beats on the strip, by seconds from its beginning: what the machine calls them and what a clinician said last.
    public let beats: [(second: Double, label: String, clinicianLabel: String?)]
    /// Unix time of the strip's beginning, microseconds.
    public let stripStart: UInt64

    /// Describes an episode.
    public init(
      title: String, severity: String, onset: UInt64, seconds: Double?, explanation: String,
      runs: [(second: Double, microvolts: [Int16])], beats: [(second: Double, label: String, clinicianLabel: String?)],
      stripStart: UInt64
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

/// The report: who and when, the trend of the heart rate, a table of episodes, clinicians' notes, and a strip of each episode on paper of 25 mm a
/// second and 10 mm a millivolt.
public struct PDFReport {
  /// Most episodes of one report.
  public static let episodeLimit = 60
  /// Seconds of a strip: 250 mm.
  public static let stripSeconds = 10.0
  /// Most notes of one report.
  public static let noteLimit = 200
  private static let left = 20.0
  private static let stripHeight = 45.0
  /// From one line of a cell to its next, and from a row to the next, in millimetres.
  private static let (lineHeight, rowHeight) = (3.6, 5.0)
  /// Where the lowest line of a table may stand.
  private static let bottom = 198.0

  private let recording: ExportedRecording
  private let content: ReportContent
  private let words: ReportWords
  private var document = PDFDocument()

  /// Prepares a report.
  public init(_ recording: ExportedRecording, content: ReportContent, language: ReportLanguage = .english) {
    self.recording = recording
    self.content = content
    words = .of(language)
  }

  /// The file.
  public func bytes() -> [UInt8] {
    var report = self
    report.drawHead()
    report.drawTrend(y: 72)
    report.drawNotes(y: report.drawEpisodes(y: 132))
    report.drawStrips()
    return report.document.bytes(title: "SealedBeat - \(words.title) \(recording.pseudonym)")
  }

  private mutating func drawHead() {
    document.text(words.title, x: Self.left, y: 20, size: 18, font: .bold)
    let who = recording.name.map { "\($0) (\(recording.pseudonym))" } ?? recording.pseudonym
    document.text(who, x: Self.left, y: 29, size: 12, font: .bold)
    let end = CivilTime(microseconds: recording.time(of: recording.count))
    let start = CivilTime(microseconds: recording.start)
    let hours = hundredths(Double(recording.count) / 125 / 3600)
    let abnormal = content.trends.buckets.reduce(0) { $0 + $1.abnormal }
    let beats = content.trends.buckets.reduce(0) { $0 + $1.beats }
    let missing = content.trends.buckets.reduce(0) { $0 + $1.missingSamples }
    let off = content.trends.buckets.reduce(0) { $0 + $1.leadOffSamples }
    let burden = beats > 0 ? "\(hundredths(100 * Double(abnormal) / Double(beats))) %" : "-"
    func whole(_ value: Double?) -> String { value.map { "\(Int($0.rounded())) ms" } ?? "-" }
    let variability = content.intervals.variability
    let lines = [
      "\(words.born) \(recording.birthDate ?? "-")   \(words.device) \(recording.device)   \(words.session) \(recording.session)",
      words.span(start, end, hours: hours) + (recording.isClockSynchronised ? "" : "; \(words.clockNotSet)"),
      "\(words.beats) \(beats), \(words.abnormal) \(abnormal) (\(burden)).   "
        + "\(words.missing) \(missing / 125) s, \(words.leadsOff) \(off / 125) s.",
      "\(words.intervals) \(content.intervals.count): \(words.mean) \(whole(content.intervals.meanMilliseconds)), "
        + "SDNN \(whole(variability?.sdnnMilliseconds)), RMSSD \(whole(variability?.rmssdMilliseconds)) (Task Force 1996).",
      words.made(CivilTime(microseconds: content.madeAt), by: content.account) + " " + words.disclaimer,
    ]
    for (index, line) in lines.enumerated() { document.text(line, x: Self.left, y: 37 + 5.5 * Double(index)) }
  }

  private mutating func drawTrend(y: Double) {
    let (width, height) = (257.0, 46.0)
    document.text(words.trend, x: Self.left, y: y, font: .bold)
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
    document.text(words.grey, x: Self.left, y: top + height + 4, size: 7, colour: .grey)
  }

  /// - Returns: where the next part may begin.
  private mutating func drawEpisodes(y: Double) -> Double {
    let rows = content.episodes.enumerated().map { index, episode in
      [
        "\(index + 1)", CivilTime(microseconds: episode.onset).readable,
        episode.seconds.map { "\(Int($0.rounded())) s" } ?? words.goesOn,
        episode.severity, episode.title, episode.explanation,
      ]
    }
    return drawTable(
      words.episodes,
      columns: [
        (words.number, 0, 5), (words.begins, 10, 24), (words.lasts, 44, 12), (words.severity, 62, 14),
        (words.episode, 84, 38), (words.measured, 142, 72),
      ], rows: rows, omitted: content.omitted, y: y)
  }

  private mutating func drawNotes(y: Double) {
    guard !recording.notes.isEmpty else { return }
    let rows = recording.notes.prefix(Self.noteLimit).map { note in
      [CivilTime(microseconds: recording.time(of: note.sample)).readable, note.author, note.text]
    }
    _ = drawTable(
      words.notes, columns: [(words.at, 0, 24), (words.author, 36, 28), (words.note, 84, 112)], rows: rows,
      omitted: recording.notes.count - rows.count, y: y)
  }

  /// A heading and rows of cells, each wrapped to as many characters as its column takes; goes on on as many pages as it needs.
  ///
  /// - Parameter columns: each with its place in millimetres from the left edge, and the characters that fit.
  /// - Returns: where the next part may begin.
  private mutating func drawTable(
    _ title: String, columns: [(name: String, x: Double, characters: Int)], rows: [[String]], omitted: Int, y: Double
  ) -> Double {
    var y = y
    func head(_ report: inout PDFReport) {
      for column in columns {
        report.document.text(column.name, x: Self.left + column.x, y: y, size: 8, font: .bold)
      }
    }
    if y + 12 > Self.bottom {
      document.newPage()
      y = 20
    }
    document.text(title, x: Self.left, y: y, size: 11, font: .bold)
    y += 7
    if rows.isEmpty {
      document.text(words.none, x: Self.left, y: y)
      return y + 10
    }
    head(&self)
    for row in rows {
      let cells = zip(columns, row).map { ($0.x, Self.lines($1, of: $0.characters)) }
      let height = Self.lineHeight * Double((cells.map(\.1.count).max() ?? 1) - 1)
      y += Self.rowHeight
      if y + height > Self.bottom {
        document.newPage()
        y = 20
        head(&self)
        y += Self.rowHeight
      }
      for (x, lines) in cells {
        for (index, line) in lines.enumerated() {
          document.text(line, x: Self.left + x, y: y + Self.lineHeight * Double(index), size: 8)
        }
      }
      y += height
    }
    if omitted > 0 {
      y += 6
      document.text(words.more(omitted), x: Self.left, y: y, size: 8)
    }
    return y + 10
  }

  /// Text in lines of at most so many characters, broken at spaces where there are any.
  private static func lines(_ text: String, of limit: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(whereSeparator: \.isWhitespace) {
      var word = word
      if !line.isEmpty, line.count + 1 + word.count > limit {
        lines.append(line)
        line = ""
      }
      while word.count > limit {
        lines.append(String(word.prefix(limit)))
        word = word.dropFirst(limit)
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return line.isEmpty && !lines.isEmpty ? lines : lines + [line]
  }

  private mutating func drawStrips() {
    for (index, episode) in content.episodes.enumerated() {
      if index % 3 == 0 { document.newPage() }
      draw(episode, number: index + 1, y: 14 + Double(index % 3) * 64)
    }
  }

  /// Ten seconds at 25 mm/s and 10 mm/mV, with a pulse of 1 mV and 0.2 s before them.
  private mutating func draw(_ episode: ReportContent.Episode, number: Int, y: Double) {
    let start = CivilTime(microseconds: episode.stripStart).readable
    document.text("\(number). \(episode.title) - \(words.strip) \(start) UTC", x: Self.left, y: y, font: .bold)
    document.text("25 mm/s  10 mm/mV  \(words.decimal("0.5"))-40 Hz", x: 222, y: y, size: 8, colour: .grey)
    if episode.beats.contains(where: { $0.clinicianLabel != nil }) {
      document.text(words.labels, x: 140, y: y, size: 8, colour: .grey)
    }
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
      let label = beat.clinicianLabel.map { "\(beat.label)/\($0)" } ?? beat.label
      document.text(label, x: Self.left + beat.second * 25 - 1, y: top - 1.5, size: 8, font: .bold)
    }
  }

  private func hundredths(_ value: Double) -> String { words.decimal(thousandths(Int((value * 100).rounded()) * 10)) }
}
