public import Cardio
public import Findings

/// What readers found in a recording, as the rules of the policy would have to find it.
public struct AnnotatedRecording: Sendable {
  /// The kinds of episodes that are looked for.
  public enum Episode: String, CaseIterable, Sendable, Codable {
    /// Three or more annotated V in a row.
    case ventricularRun
    /// `(VT`, `(VFL`, `(VF` and `(VFIB` of four seconds and more.
    case ventricularTachyarrhythmia
    /// `(AFIB` and `(AFL` of two minutes and more, enough for a model of 60 beats and a rule of one minute.
    case atrialFibrillation
    /// `(B` of twenty seconds and more.
    case bigeminy
    /// `(T` of twenty seconds and more.
    case trigeminy
    /// `(SVTA` of five seconds and more.
    case supraventricularTachycardia
    /// `(ASYS` of five seconds and more.
    case asystole

    /// The rules that answer it.
    public var rules: Set<AlertRule> {
      switch self {
      case .ventricularRun, .ventricularTachyarrhythmia: [.ventricularRun, .ventricularFibrillation]
      case .atrialFibrillation: [.atrialFibrillation]
      case .bigeminy: [.bigeminy]
      case .trigeminy: [.trigeminy]
      case .supraventricularTachycardia: [.supraventricularTachycardia, .tachycardia]
      case .asystole: [.asystole]
      }
    }
  }

  /// The beats, in seconds from the first sample.
  let beats: [(seconds: Double, beatClass: BeatClass)]
  /// The rhythms.
  let rhythms: [RhythmSpan]

  /// Reads a recording's annotations.
  ///
  /// - Parameters:
  ///   - annotations: Beats and rhythms.
  ///   - rate: The rate at which they count.
  ///   - seconds: How long the recording is.
  public init(_ annotations: WFDBAnnotations, rate: SampleRate, seconds: Double) {
    beats = annotations.beats.map { (Double($0.sample) / rate.hertz, $0.beatClass) }
    rhythms = annotations.rhythms(rate: rate, end: seconds)
  }

  /// Runs of so many V, from the first R peak to the last, in seconds.
  func runs(of lengths: ClosedRange<Int>) -> [Range<Double>] { VentricularRuns(beats).spans(lengths: lengths) }

  /// Runs of so many S and more, from the first R peak to the last, in seconds: where readers annotate beats and no rhythms.
  func supraventricularRuns(of length: Int) -> [Range<Double>] {
    beats.split { $0.beatClass != .supraventricular }
      .filter { $0.count >= length }
      .compactMap { run in
        guard let first = run.first, let last = run.last else { return nil }
        return first.seconds..<max(first.seconds, last.seconds)
      }
  }

  /// The episodes of a kind, in seconds. Stretches that readers call noise do not count.
  func episodes(_ kind: Episode) -> [Range<Double>] {
    switch kind {
    case .ventricularRun: runs(of: 3...Int.max)
    case .ventricularTachyarrhythmia: spans(["VT", "VFL", "VF", "VFIB"], seconds: 4)
    case .atrialFibrillation: spans(["AFIB", "AFL"], seconds: 120)
    case .bigeminy: spans(["B"], seconds: 20)
    case .trigeminy: spans(["T"], seconds: 20)
    case .supraventricularTachycardia: spans(["SVTA"], seconds: 5)
    case .asystole: spans(["ASYS"], seconds: 5)
    }
  }

  func spans(_ labels: Set<String>, seconds: Double = 0) -> [Range<Double>] {
    rhythms.filter { labels.contains($0.label) && $0.duration >= seconds }.map(\.seconds)
  }

  /// Whether readers saw what an alert says; `nil` for what they do not annotate.
  package func confirms(_ rule: AlertRule, in span: Range<Double>) -> Bool? {
    func overlaps(_ spans: [Range<Double>]) -> Bool { spans.contains { $0.overlaps(span) } }
    let inside = beats.filter { span.contains($0.seconds) }
    func share(_ matches: (BeatClass) -> Bool) -> Double {
      inside.isEmpty ? 0 : Double(inside.count { matches($0.beatClass) }) / Double(inside.count)
    }
    let hasBeats = !beats.isEmpty
    switch rule {
    case .ventricularFibrillation:
      return overlaps(spans(["VT", "VFL", "VF", "VFIB"]) + runs(of: 3...Int.max))
    case .ventricularRun:
      return overlaps(spans(["VT", "VFL", "VF", "VFIB", "IVR", "VER"]) + runs(of: 3...Int.max))
    case .atrialFibrillation: return rhythms.isEmpty ? nil : overlaps(spans(["AFIB", "AFL"]))
    case .supraventricularTachycardia:
      return overlaps(spans(["SVTA", "AFIB", "AFL", "AB"]) + supraventricularRuns(of: 5))
    case .bigeminy: return hasBeats ? overlaps(spans(["B"])) || share { $0 == .ventricular } >= 0.35 : nil
    case .trigeminy: return hasBeats ? overlaps(spans(["T"])) || share { $0 == .ventricular } >= 0.25 : nil
    case .couplets: return hasBeats ? runs(of: 2...Int.max).count { $0.overlaps(span) } >= 3 : nil
    case .sustainedAbnormalRhythm: return hasBeats ? share(\.isAbnormal) >= 0.25 : nil
    case .ectopicBurden: return hasBeats ? share(\.isAbnormal) >= 0.08 : nil
    case .tachycardia, .bradycardia:
      guard inside.count > 4 else { return nil }
      let intervals = zip(inside.dropFirst(), inside).map { $0.seconds - $1.seconds }.sorted()
      let rate = 60 / intervals[intervals.count / 2]
      return rule == .tachycardia ? rate >= 120 : rate <= 50
    case .pause, .asystole:
      guard hasBeats || !spans(["ASYS"]).isEmpty else { return nil }
      let limit = rule == .pause ? 2.8 : 3.8
      let silences = zip(beats.dropFirst(), beats).filter { $0.seconds - $1.seconds >= limit }.map {
        $1.seconds..<$0.seconds
      }
      return overlaps(silences + spans(["ASYS"]))
    case .leadOff, .poorSignal, .noData, .lowBattery, .deviceClock: return nil
    }
  }
}
