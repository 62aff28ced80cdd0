import Cardio

/// One figure at the top of a report.
struct SummaryFact {
  let name: String
  let value: String
  let detail: String
  var isGrave = false

  /// The figures in the order in which they are read.
  static func facts(of report: HolterReport) -> [SummaryFact] {
    let summary = report.summary
    var facts: [SummaryFact] = []
    if let rate = summary.heartRate {
      let extremes = [rate.lowest, rate.highest].compactMap { $0.map { "\(Int($0.rate.rounded()))" } }
      facts.append(
        SummaryFact(
          name: "Heart rate", value: "\(Int(rate.mean.rounded())) a minute",
          detail: extremes.count == 2 ? "from \(extremes[0]) to \(extremes[1])" : ""))
    }
    facts.append(
      SummaryFact(
        name: "Beats", value: "\(summary.beats.total)",
        detail: summary.beats.unreadable > 0 ? "\(summary.beats.unreadable) unreadable" : "all readable"))
    facts += report.recording.judging.reasonForNoClasses == nil ? ectopy(summary) : abnormal(summary.beats)
    if let longest = summary.longestRR {
      facts.append(
        SummaryFact(
          name: "Longest interval", value: TimeText.duration(longest.duration),
          detail: "at \(report.moment(longest.seconds))"))
    }
    for total in summary.rhythms where total.rhythm.isGrave || total.rhythm == .atrialFibrillation {
      facts.append(
        SummaryFact(
          name: total.rhythm.clinicalName, value: "\(total.episodes) episode\(total.episodes == 1 ? "" : "s")",
          detail: "together \(TimeText.duration(total.seconds))", isGrave: total.rhythm.isGrave))
    }
    let poor = summary.poorSeconds + summary.missingSeconds
    facts.append(
      SummaryFact(
        name: "Signal", value: summary.meanQuality.map { Markup.number(Double($0)) } ?? "none",
        detail: "mean index 0–1; poor or none for \(TimeText.duration(poor))" + summary.silenceRemark))
    return facts
  }

  private static func ectopy(_ summary: HolterSummary) -> [SummaryFact] {
    let hours = max(summary.hours.reduce(0) { $0 + $1.seconds.upperBound - $1.seconds.lowerBound } / 3_600, 1.0 / 3_600)
    return [(BeatClass.ventricular, "Ventricular ectopic"), (.supraventricular, "Supraventricular ectopic")].map {
      beatClass, name in
      let count = summary.beats[beatClass]
      let share = summary.beats.total > 0 ? 100 * Double(count) / Double(summary.beats.total) : 0
      return SummaryFact(
        name: name, value: "\(count)",
        detail: "\(Markup.number(share)) % of beats, \(Int((Double(count) / hours).rounded())) an hour")
    }
  }

  private static func abnormal(_ beats: BeatCounts) -> [SummaryFact] {
    let share = beats.total > 0 ? 100 * Double(beats.abnormal) / Double(beats.total) : 0
    return [
      SummaryFact(name: "Called abnormal", value: "\(beats.abnormal)", detail: "\(Markup.number(share)) % of beats")
    ]
  }
}
