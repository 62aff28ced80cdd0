import Cardio

/// Which moments of a recording a report shows.
enum StripPlan {
  /// Strips of a report at most: twenty pages.
  static let limit = 40

  /// How many strips of each rhythm, the gravest of it first.
  private static func limit(of rhythm: Rhythm) -> Int {
    switch rhythm {
    case .ventricularFibrillation, .ventricularTachycardia, .asystole: 5
    case .pause, .supraventricularTachycardia: 3
    case .atrialFibrillation, .idioventricular, .couplet: 2
    case .bigeminy, .trigeminy, .bradycardia, .tachycardia: 1
    }
  }

  /// The moments, the gravest first; a baseline, the extremes of the heart rate and single ectopic beats behind them.
  static func moments(of recording: HolterRecording, summary: HolterSummary) -> [StripMoment] {
    let findings = recording.findings
    let duration = findings.seconds
    guard duration > 0 else { return [] }
    var moments: [StripMoment] = []
    for rhythm in Rhythm.byGravity {
      let own = findings.episodes.filter { $0.rhythm == rhythm }
      for episode in own.sorted(by: isGraver).prefix(limit(of: rhythm)) {
        moments.append(moment(of: episode, within: duration))
      }
    }
    if let rate = summary.heartRate {
      if let highest = rate.highest {
        moments.append(rateMoment("Highest heart rate", highest, within: duration))
      }
      if let lowest = rate.lowest { moments.append(rateMoment("Lowest heart rate", lowest, within: duration)) }
    }
    moments += ectopicBeats(findings)
    if let best = clearest(findings) {
      moments.append(
        StripMoment(
          title: "Clearest signal", detail: "for comparison: the best stretch of the recording", start: best,
          within: duration))
    }
    return Array(moments.prefix(limit))
  }

  private static func isGraver(_ first: RhythmEpisode, _ second: RhythmEpisode) -> Bool {
    switch first.rhythm {
    case .ventricularTachycardia, .supraventricularTachycardia:
      (first.beats, first.rate ?? 0) > (second.beats, second.rate ?? 0)
    case .tachycardia: (first.rate ?? 0) > (second.rate ?? 0)
    case .couplet: (first.rate ?? 0, -first.onset) > (second.rate ?? 0, -second.onset)
    default: first.seconds > second.seconds
    }
  }

  /// How far a mark reaches beyond the R peaks at which an episode begins and ends, in seconds.
  private static let margin = 0.15

  private static func moment(of episode: RhythmEpisode, within duration: Double) -> StripMoment {
    let start = episode.onset * SampleRate.analysis.interval
    var facts: [String] = []
    if episode.beats > 0 && episode.rhythm != .pause { facts.append("\(episode.beats) beats") }
    facts.append(TimeText.duration(episode.seconds))
    if let rate = episode.tellingRate { facts.append("\(Int(rate.rounded())) a minute") }
    return StripMoment(
      title: episode.rhythm.clinicalName, detail: facts.joined(separator: ", "),
      mark: max(0, start - margin)..<max(start, episode.offset * SampleRate.analysis.interval) + margin,
      within: duration)
  }

  private static func rateMoment(
    _ title: String, _ extreme: HeartRateFigures.Extreme, within duration: Double
  ) -> StripMoment {
    StripMoment(
      title: title, detail: "\(Int(extreme.rate.rounded())) a minute, median of \(HeartRateFigures.window) intervals",
      start: extreme.seconds - 0.5, within: duration)
  }

  /// The ectopic beat of each class that the model is surest of; abnormal beats where it tells no classes.
  private static func ectopicBeats(_ findings: HolterFindings) -> [StripMoment] {
    func surest(_ beats: [HolterBeat], _ title: String) -> StripMoment? {
      guard
        let beat = beats.max(by: {
          ($0.quality * ($0.abnormalProbability ?? 0), -$0.position)
            < ($1.quality * ($1.abnormalProbability ?? 0), -$1.position)
        })
      else { return nil }
      return StripMoment(
        title: title, detail: "one of \(beats.count)", mark: max(0, beat.seconds - 0.2)..<beat.seconds + 0.4,
        within: findings.seconds)
    }
    let classes: [BeatClass] = [.ventricular, .supraventricular, .fusion]
    let told = classes.compactMap { beatClass in
      surest(findings.beats.filter { $0.beatClass == beatClass }, beatClass.clinicalName)
    }
    let untold = findings.beats.filter { $0.isAbnormal && $0.beatClass == nil }
    return told + (surest(untold, "Beat called abnormal").map { [$0] } ?? [])
  }

  /// Where the signal's quality is highest over ten seconds.
  private static func clearest(_ findings: HolterFindings) -> Double? {
    let chunks = 7
    guard findings.quality.count > chunks else { return nil }
    var (best, place) = (-Float.infinity, 0)
    var time: UInt64 = 0
    var starts: [UInt64] = []
    for chunk in findings.quality {
      starts.append(time)
      time += UInt64(chunk.samples)
    }
    for start in 0...findings.quality.count - chunks {
      let worst = findings.quality[start..<start + chunks].map(\.index).min() ?? 0
      if worst > best { (best, place) = (worst, start) }
    }
    return best > 0 ? Double(starts[place]) * SampleRate.analysis.interval : nil
  }
}
