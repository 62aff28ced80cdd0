import Cardio
import Foundation

extension HolterReport {
  /// Hours of a day that a terminal shows; a longer recording's are in the other reports.
  private static let hourLimit = 48
  /// Episodes listed one by one.
  private static let episodeLimit = 20

  /// The report for a terminal.
  public var text: String {
    let source = recording.source
    let lead = source.lead.isEmpty ? "signal \(source.signal)" : "\(source.lead) (signal \(source.signal))"
    var lines = [
      "\(source.name), \(lead), \(source.rate.hertz) Hz, \(TimeText.duration(recording.findings.seconds)), "
        + "judged by \(recording.judging.model)"
    ]
    lines += facts.map { $0.name.padding(toLength: 18, withPad: " ", startingAt: 0) + $0.value }
    if !summary.rhythms.isEmpty { lines += ["", "RHYTHM"] + rhythmLines }
    if !recording.findings.episodes.isEmpty { lines += ["", "GRAVEST EPISODES"] + episodeLines }
    if summary.hours.count > 1 { lines += ["", "HOUR BY HOUR"] + hourLines }
    if !limits.isEmpty { lines += ["", "WHAT COULD NOT BE TOLD"] + limits }
    return lines.joined(separator: "\n")
  }

  /// The summary, name by name.
  var facts: [(name: String, value: String)] {
    var facts: [(name: String, value: String)] = []
    facts.append(("Beats", beatFacts))
    if let rate = summary.heartRate {
      func extreme(_ name: String, _ value: HeartRateFigures.Extreme?) -> String {
        value.map { ", \(name) \(Int($0.rate.rounded())) at \(moment($0.seconds))" } ?? ""
      }
      facts.append(
        (
          "Heart rate",
          "mean \(Int(rate.mean.rounded())) a minute" + extreme("lowest", rate.lowest)
            + extreme("highest", rate.highest)
        ))
    }
    if let longest = summary.longestRR {
      facts.append(("Longest interval", "\(TimeText.duration(longest.duration)) at \(moment(longest.seconds))"))
    }
    if let figures = summary.variability {
      var parts = [
        String(format: "SDNN %.0f ms", figures.whole.sdnnMilliseconds),
        String(format: "RMSSD %.0f ms", figures.whole.rmssdMilliseconds),
        String(format: "pNN50 %.1f %%", figures.pnn50 * 100),
      ]
      if let sdann = figures.sdannMilliseconds { parts.append(String(format: "SDANN %.0f ms", sdann)) }
      if let index = figures.sdnnIndexMilliseconds { parts.append(String(format: "SDNN index %.0f ms", index)) }
      facts.append(("Variability", parts.joined(separator: ", ") + ", \(figures.whole.intervals) NN intervals"))
    }
    let quality = summary.meanQuality.map { String(format: "mean index %.2f", $0) } ?? "no signal"
    facts.append(
      (
        "Signal",
        quality
          + ", poor for \(TimeText.duration(summary.poorSeconds)), none for \(TimeText.duration(summary.missingSeconds))"
          + summary.silenceRemark
      ))
    return facts
  }

  private var beatFacts: String {
    let beats = summary.beats
    func share(_ count: Int) -> String {
      beats.total > 0 ? String(format: "%d (%.2f %%)", count, 100 * Double(count) / Double(beats.total)) : "\(count)"
    }
    let kinds =
      recording.judging.reasonForNoClasses == nil
      ? BeatClass.allCases.map { "\($0.rawValue) \(share(beats[$0]))" }.joined(separator: ", ")
      : "called abnormal \(share(beats.abnormal))"
    return "\(beats.total): \(kinds), unreadable \(share(beats.unreadable))"
  }

  private var rhythmLines: [String] {
    summary.rhythms.map { total in
      let rate = total.fastest.map { ", up to \(Int($0.rounded())) a minute" } ?? ""
      return "\(total.rhythm.clinicalName): \(total.episodes), together \(TimeText.duration(total.seconds)), longest "
        + TimeText.duration(total.longest) + rate
    }
  }

  private var episodeLines: [String] {
    let order = Dictionary(uniqueKeysWithValues: Rhythm.byGravity.enumerated().map { ($1, $0) })
    let sorted = recording.findings.episodes.sorted {
      (order[$0.rhythm] ?? 0, -$0.seconds, $0.onset) < (order[$1.rhythm] ?? 0, -$1.seconds, $1.onset)
    }
    let lines = sorted.prefix(Self.episodeLimit).map { episode in
      "\(moment(episode.onset * SampleRate.analysis.interval))  \(episode.rhythm.clinicalName), "
        + TimeText.duration(episode.seconds) + (episode.beats > 0 ? ", \(episode.beats) beats" : "")
        + (episode.tellingRate.map { ", \(Int($0.rounded())) a minute" } ?? "")
    }
    let more = sorted.count - lines.count
    return more > 0 ? lines + ["… and \(more) more (--json and --html have them)"] : Array(lines)
  }

  private var hourLines: [String] {
    let tellsClasses = recording.judging.reasonForNoClasses == nil
    let head = "from         beats  mean  low  high" + (tellsClasses ? "      V      S      F      Q" : "  abnormal")
    return [head + "  unreadable  poor signal"]
      + summary.hours.prefix(Self.hourLimit).map { hour in
        func rate(_ value: Double?, _ width: Int) -> String {
          right(value.map { String(Int($0.rounded())) } ?? "–", width)
        }
        let classes =
          tellsClasses
          ? [BeatClass.ventricular, .supraventricular, .fusion, .unknown].map { right(String(hour.beats[$0]), 7) }
            .joined()
          : right(String(hour.beats.abnormal), 10)
        return moment(hour.seconds.lowerBound).padding(toLength: 11, withPad: " ", startingAt: 0)
          + right(String(hour.beats.total), 7) + rate(hour.heartRate?.mean, 6) + rate(hour.heartRate?.lowest?.rate, 5)
          + rate(hour.heartRate?.highest?.rate, 6) + classes + right(String(hour.beats.unreadable), 12)
          + "  " + TimeText.duration(hour.poorSeconds)
      }
  }

  private func right(_ text: String, _ width: Int) -> String {
    String(repeating: " ", count: max(1, width - text.count)) + text
  }
}
