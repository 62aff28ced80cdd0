import Cardio

extension HolterReport {
  /// The report as one HTML document that needs nothing else: no script, no address, its drawings inside.
  ///
  /// It holds stretches of the recording in the clear.
  public var html: String { HolterPage(self).document }
}

/// Puts the report's sections together.
struct HolterPage {
  /// Episodes listed one by one; more are counted, and the JSON report has all.
  private static let episodeLimit = 300

  let report: HolterReport
  private var source: HolterRecording.Source { report.recording.source }
  private var summary: HolterSummary { report.summary }
  private var findings: HolterFindings { report.recording.findings }

  init(_ report: HolterReport) { self.report = report }

  var document: String {
    var page = Markup()
    page.raw(
      """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      <meta name="referrer" content="no-referrer"/>
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"/>

      """)
    page.element("title", "Holter report \(source.name)")
    page.raw("\n<style>\n\(PageStyle.sheet)\n</style>\n</head>\n<body>\n\(StripDrawing.definitions)")
    heading(&page)
    facts(&page)
    page.raw("<main>\n")
    rhythms(&page)
    strips(&page)
    trend(&page)
    HourTable(report).write(into: &page)
    variability(&page)
    episodes(&page)
    method(&page)
    page.raw("</main>\n</body>\n</html>\n")
    return page.text
  }

  private func heading(_ page: inout Markup) {
    page.raw("<header>")
    page.element("h1", "Holter report \(source.name)")
    let lead = source.lead.isEmpty ? "signal \(source.signal)" : "lead \(source.lead)"
    let begin = source.startOfDay.map { ", from \(TimeText.moment(0, startOfDay: $0))" } ?? ", times from the beginning"
    page.element(
      "p",
      "\(lead), \(TimeText.duration(findings.seconds))\(begin), recorded at \(source.rate.hertz) Hz, beats judged by \(report.recording.judging.model)",
      "class=\"quiet\"")
    page.element(
      "p",
      "Made by software that is not a medical device; no decision may rest on it alone. Contains ECG in the clear.",
      "class=\"quiet small\"")
    for limit in report.limits { page.element("p", limit, "class=\"note\"") }
    page.raw("</header>\n")
  }

  private func facts(_ page: inout Markup) {
    page.raw("<dl class=\"facts\">")
    for fact in SummaryFact.facts(of: report) {
      page.raw(fact.isGrave ? "<div class=\"grave\">" : "<div>")
      page.element("dt", fact.name)
      page.element("dd", fact.value)
      page.element("dd", fact.detail)
      page.raw("</div>")
    }
    page.raw("</dl>\n")
  }

  private func rhythms(_ page: inout Markup) {
    page.raw("<section><h2>Rhythm</h2>")
    guard !summary.rhythms.isEmpty else {
      page.raw("<p>No episode of any rhythm that the analysis names.</p></section>\n")
      return
    }
    page.raw(
      "<div class=\"scroll\"><table><caption>Episodes by kind, the gravest first</caption><thead><tr><th scope=\"col\">Rhythm</th><th scope=\"col\">Episodes</th><th scope=\"col\">Together</th><th scope=\"col\">Share of time</th><th scope=\"col\">Longest</th><th scope=\"col\">Fastest, a minute</th><th scope=\"col\">First at</th></tr></thead><tbody>"
    )
    for total in summary.rhythms {
      page.raw(total.rhythm.isGrave ? "<tr class=\"grave\">" : "<tr>")
      page.element("th", total.rhythm.clinicalName, "scope=\"row\"")
      page.element("td", "\(total.episodes)")
      page.element("td", TimeText.duration(total.seconds))
      page.element("td", "\(Markup.number(100 * total.seconds / max(1, findings.seconds))) %")
      page.element("td", TimeText.duration(total.longest))
      page.element("td", total.fastest.map { "\(Int($0.rounded()))" } ?? "–")
      let first = findings.episodes.first { $0.rhythm == total.rhythm }
      page.element("td", first.map { report.moment($0.onset * SampleRate.analysis.interval) } ?? "–")
      page.raw("</tr>")
    }
    page.raw("</tbody></table></div></section>\n")
  }

  private func strips(_ page: inout Markup) {
    guard !report.strips.isEmpty else { return }
    page.raw(
      "<section><h2>Strips</h2><p class=\"quiet small\">25 mm/s, 10 mm/mV, 0.5–40 Hz. Above each beat its class; between beats the RR interval in milliseconds. What the title names is marked.</p>\n"
    )
    for (index, strip) in report.strips.enumerated() {
      page.raw("<figure><figcaption>")
      page.element("b", strip.title)
      page.element("span", "\(report.moment(strip.start)) · \(strip.detail)", "class=\"quiet\"")
      page.raw("</figcaption><div class=\"scroll\">")
      let beats = strip.labels.map(\.text).joined(separator: " ")
      StripDrawing(strip, number: index + 1).draw(
        into: &page,
        description:
          "\(strip.title) at \(report.moment(strip.start)), \(strip.detail). Ten seconds of ECG; beats: \(beats).")
      page.raw("</div></figure>\n")
    }
    page.raw("</section>\n")
  }

  private func trend(_ page: inout Markup) {
    guard let drawing = TrendDrawing(summary, seconds: findings.seconds) else { return }
    page.raw(
      "<section><h2>Heart rate</h2><figure><figcaption class=\"quiet small\">Beats a minute: line, mean; band, lowest to highest</figcaption>"
    )
    drawing.draw(into: &page) { report.moment($0) }
    page.raw("</figure></section>\n")
  }

  private func variability(_ page: inout Markup) {
    guard let figures = summary.variability else { return }
    let milliseconds: (Double?) -> String = { $0.map { "\(Int($0.rounded())) ms" } ?? "–" }
    let rows = [
      ("SDNN", milliseconds(figures.whole.sdnnMilliseconds)), ("RMSSD", milliseconds(figures.whole.rmssdMilliseconds)),
      ("pNN50", "\(Markup.number(figures.pnn50 * 100)) %"), ("SDANN (5 min)", milliseconds(figures.sdannMilliseconds)),
      ("SDNN index (5 min)", milliseconds(figures.sdnnIndexMilliseconds)),
      ("NN intervals", "\(figures.whole.intervals)"),
    ]
    page.raw(
      "<section><h2>Heart rate variability</h2><div class=\"scroll\"><table><caption>Time domain, Task Force 1996; in atrial fibrillation it says nothing about autonomic tone</caption><tbody>"
    )
    for (name, value) in rows {
      page.raw("<tr>")
      page.element("th", name, "scope=\"row\"")
      page.element("td", value)
      page.raw("</tr>")
    }
    page.raw("</tbody></table></div></section>\n")
  }

  private func episodes(_ page: inout Markup) {
    guard !findings.episodes.isEmpty else { return }
    page.raw(
      "<section><h2>All episodes</h2><div class=\"scroll\"><table><caption>In order of time</caption><thead><tr><th scope=\"col\">At</th><th scope=\"col\">Rhythm</th><th scope=\"col\">Duration</th><th scope=\"col\">Beats</th><th scope=\"col\">Rate, a minute</th></tr></thead><tbody>"
    )
    for episode in findings.episodes.prefix(Self.episodeLimit) {
      page.raw(episode.rhythm.isGrave ? "<tr class=\"grave\">" : "<tr>")
      page.element("td", report.moment(episode.onset * SampleRate.analysis.interval))
      page.element("th", episode.rhythm.clinicalName, "scope=\"row\"")
      page.element("td", TimeText.duration(episode.seconds))
      page.element("td", episode.beats > 0 ? "\(episode.beats)" : "–")
      page.element("td", episode.tellingRate.map { "\(Int($0.rounded()))" } ?? "–")
      page.raw("</tr>")
    }
    page.raw("</tbody></table></div>")
    let more = findings.episodes.count - Self.episodeLimit
    if more > 0 { page.element("p", "And \(more) more, which the JSON report has.", "class=\"quiet\"") }
    page.raw("</section>\n")
  }

  private func method(_ page: inout Markup) {
    page.raw("<section><h2>How it was made</h2>")
    page.element(
      "p",
      "One lead, resampled to 125 Hz, band-passed 0.5–40 Hz. Beat classes are those of AAMI EC57: N normal, bundle-branch block or escape; S supraventricular ectopic; V ventricular ectopic; F fusion; Q paced or unclassifiable. The lowest and highest heart rate are medians of \(HeartRateFigures.window) intervals in a row. NN intervals lie between two readable beats that are not abnormal and last 0.3–2 s. Signal is poor below an index of \(HolterFindings.poorQuality).",
      "class=\"quiet small\"")
    page.raw("</section>\n")
  }
}

extension Rhythm {
  /// Whether a reader must see it first.
  var isGrave: Bool {
    switch self {
    case .ventricularFibrillation, .ventricularTachycardia, .asystole: true
    default: false
    }
  }
}
