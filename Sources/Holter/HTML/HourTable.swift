import Cardio

/// The recording hour by hour.
struct HourTable {
  private static let classes: [BeatClass] = [.ventricular, .supraventricular, .fusion, .unknown]

  let report: HolterReport

  init(_ report: HolterReport) { self.report = report }

  private var tellsClasses: Bool { report.recording.judging.reasonForNoClasses == nil }

  func write(into page: inout Markup) {
    let hours = report.summary.hours
    guard !hours.isEmpty else { return }
    let rhythms = Rhythm.byGravity.filter { rhythm in hours.contains { $0.episodes[rhythm] != nil } }
    let columns =
      ["From", "Beats", "Mean", "Lowest", "Highest"]
      + (tellsClasses ? Self.classes.map(\.rawValue) : ["Abnormal"]) + ["Unreadable", "Poor signal"]
      + rhythms.map(\.clinicalName)
    page.raw(
      "<section><h2>Hour by hour</h2><div class=\"scroll\"><table><caption>Beats, heart rate a minute, beats by class, time of poor or no signal, episodes that begin in the hour</caption><thead><tr>"
    )
    for column in columns { page.element("th", column, "scope=\"col\"") }
    page.raw("</tr></thead><tbody>")
    for hour in hours { write(hour, rhythms, into: &page) }
    page.raw("</tbody></table></div></section>\n")
  }

  private func write(_ hour: HolterSummary.Hour, _ rhythms: [Rhythm], into page: inout Markup) {
    func rate(_ value: Double?) -> String { value.map { "\(Int($0.rounded()))" } ?? "–" }
    page.raw("<tr>")
    page.element("th", report.moment(hour.seconds.lowerBound), "scope=\"row\"")
    let counts = tellsClasses ? Self.classes.map { hour.beats[$0] } : [hour.beats.abnormal]
    let cells =
      ["\(hour.beats.total)", rate(hour.heartRate?.mean), rate(hour.heartRate?.lowest?.rate)]
      + [rate(hour.heartRate?.highest?.rate)] + counts.map { "\($0)" }
      + ["\(hour.beats.unreadable)", TimeText.duration(hour.poorSeconds)]
      + rhythms.map { hour.episodes[$0].map { "\($0)" } ?? "" }
    for cell in cells { page.element("td", cell) }
    page.raw("</tr>")
  }
}
