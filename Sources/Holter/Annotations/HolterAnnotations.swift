public import Cardio

/// A recording's findings as WFDB annotations.
///
/// Each beat is `N`, `S`, `V`, `F` or `Q` by its class; `Q` also where the model cannot read it, and where it calls a beat
/// abnormal without telling a class. Each change of rhythm is `+` with the code that MIT-BIH and vfdb use; where several
/// episodes hold at once the gravest is told. What has no code there (pauses, couplets, sinus tachycardia) is a comment
/// (`"`) at its beginning.
public enum HolterAnnotations {
  private static let comment = WFDBAnnotation.Code(rawValue: 22)

  /// The annotations of findings, in order of time.
  ///
  /// - Parameters:
  ///   - findings: What was found.
  ///   - rate: The recording's own rate, at which samples count.
  public static func annotations(of findings: HolterFindings, rate: SampleRate) -> [WFDBAnnotation] {
    let last = Int((findings.seconds * rate.hertz).rounded(.up)) - 1
    func sample(_ position: Double) -> Int {
      max(0, min(last, Int((position * SampleRate.analysis.interval * rate.hertz).rounded())))
    }
    var entries: [(sample: Int, order: Int, annotation: WFDBAnnotation)] = []
    func add(_ sample: Int, order: Int, _ code: WFDBAnnotation.Code, _ text: String = "") {
      entries.append((sample, order, WFDBAnnotation(sample: sample, code: code, auxiliary: text)))
    }
    for (position, text) in rhythmChanges(findings.episodes) { add(sample(position), order: 0, .rhythmChange, text) }
    for episode in findings.episodes where code(of: episode.rhythm) == nil {
      add(sample(episode.onset), order: 1, comment, remark(episode))
    }
    for beat in findings.beats { add(sample(beat.position), order: 2, code(of: beat)) }
    entries.sort { ($0.sample, $0.order) < ($1.sample, $1.order) }
    return entries.map(\.annotation)
  }

  /// Where the rhythm changes (in samples at 125 Hz) and to what, the beginning of the recording first.
  public static func rhythmChanges(_ episodes: [RhythmEpisode]) -> [(position: Double, text: String)] {
    let coded = episodes.filter { code(of: $0.rhythm) != nil && $0.offset > $0.onset }
    var edges: [(position: Double, isStart: Bool, rhythm: Rhythm)] = []
    for episode in coded {
      edges.append((episode.onset, true, episode.rhythm))
      edges.append((episode.offset, false, episode.rhythm))
    }
    edges.sort { $0.position < $1.position }
    var active: [Rhythm: Int] = [:]
    var changes: [(position: Double, text: String)] = [(0, "(N")]
    var place = 0
    while place < edges.count {
      let position = edges[place].position
      while place < edges.count, edges[place].position == position {
        active[edges[place].rhythm, default: 0] += edges[place].isStart ? 1 : -1
        place += 1
      }
      let gravest = Rhythm.byGravity.first { active[$0, default: 0] > 0 }
      let text = gravest.flatMap(code(of:)) ?? "(N"
      guard let last = changes.last, text != last.text else { continue }
      if last.position == position { changes.removeLast() }
      changes.append((position, text))
    }
    return changes
  }

  private static func code(of beat: HolterBeat) -> WFDBAnnotation.Code {
    let symbol = beat.beatClass?.rawValue ?? (beat.isUnreadable || beat.isAbnormal ? "Q" : "N")
    // The five letters are mnemonics of annot(5).
    return WFDBAnnotation.Code(symbol: symbol)!
  }

  private static func code(of rhythm: Rhythm) -> String? {
    switch rhythm {
    case .ventricularFibrillation: "(VFL"
    case .ventricularTachycardia: "(VT"
    case .asystole: "(ASYS"
    case .atrialFibrillation: "(AFIB"
    case .supraventricularTachycardia: "(SVTA"
    case .idioventricular: "(IVR"
    case .bigeminy: "(B"
    case .trigeminy: "(T"
    case .bradycardia: "(SBR"
    case .couplet, .pause, .tachycardia: nil
    }
  }

  private static func remark(_ episode: RhythmEpisode) -> String {
    let rate = episode.tellingRate.map { ", \(Int($0.rounded()))/min" } ?? ""
    return "\(episode.rhythm.rawValue) \(TimeText.duration(episode.seconds))\(rate)"
  }
}
