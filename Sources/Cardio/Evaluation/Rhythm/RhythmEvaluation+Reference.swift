extension RhythmEvaluation {
  /// What is compared: an annotated rhythm with what the analysis calls it.
  public enum Reference: String, CaseIterable, Hashable, Sendable, Codable {
    /// `(AFIB`; atrial flutter counts as an error.
    case atrialFibrillation
    /// `(AFIB` and `(AFL`.
    case atrialFibrillationOrFlutter
    /// `(VFL`, `(VF`, `(VFIB`, and `(VT`, against waveform episodes and runs from 100 a minute.
    case ventricularTachyarrhythmia
    /// `(VFL`, `(VF` and `(VFIB` against waveform episodes, `(VT` set aside.
    case ventricularFibrillation
    /// `(B`.
    case bigeminy
    /// `(T`.
    case trigeminy
    /// `(SVTA`.
    case supraventricularTachycardia
    /// `(IVR` and `(VER`.
    case idioventricular
    /// `(ASYS`.
    case asystole
    /// `(SBR`.
    case bradycardia

    /// The annotations that name it.
    public var labels: Set<String> {
      switch self {
      case .atrialFibrillation: ["AFIB"]
      case .atrialFibrillationOrFlutter: ["AFIB", "AFL"]
      case .ventricularTachyarrhythmia: ["VT", "VFL", "VF", "VFIB"]
      case .ventricularFibrillation: ["VFL", "VF", "VFIB"]
      case .bigeminy: ["B"]
      case .trigeminy: ["T"]
      case .supraventricularTachycardia: ["SVTA"]
      case .idioventricular: ["IVR", "VER"]
      case .asystole: ["ASYS"]
      case .bradycardia: ["SBR"]
      }
    }

    /// The rhythms that answer it.
    public var rhythms: Set<Rhythm> {
      switch self {
      case .atrialFibrillation, .atrialFibrillationOrFlutter: [.atrialFibrillation]
      case .ventricularTachyarrhythmia: [.ventricularFibrillation, .ventricularTachycardia]
      case .ventricularFibrillation: [.ventricularFibrillation]
      case .bigeminy: [.bigeminy]
      case .trigeminy: [.trigeminy]
      case .supraventricularTachycardia: [.supraventricularTachycardia]
      case .idioventricular: [.idioventricular]
      case .asystole: [.asystole]
      case .bradycardia: [.bradycardia]
      }
    }

    /// Annotations of stretches that do not count for it: `(NOISE`, in which the readers could not judge, and for
    /// fibrillation `(VT`, which the waveform does not tell from it.
    public var excluded: Set<String> { self == .ventricularFibrillation ? ["NOISE", "VT"] : ["NOISE"] }
  }
}

extension RhythmEvaluation.Record {
  /// Compares what the analysis told with a record's annotations.
  ///
  /// - Parameters:
  ///   - name: The record's name.
  ///   - seconds: How long it is.
  ///   - replay: What was told.
  ///   - annotations: The reference.
  ///   - rate: The rate at which the annotations count.
  public init(
    name: String, seconds: Double, replay: RhythmReplay, annotations: WFDBAnnotations, rate: SampleRate
  ) {
    let spans = annotations.rhythms(rate: rate, end: seconds)
    func stretches(_ labels: Set<String>) -> [Range<Double>] {
      spans.filter { labels.contains($0.label) }.map(\.seconds)
    }
    var comparison = RhythmEvaluation.Comparison()
    for reference in RhythmEvaluation.Reference.allCases {
      comparison.rhythms[reference] = SpanComparison(
        reference: stretches(reference.labels), detected: replay.spans(reference.rhythms),
        excluded: stretches(reference.excluded))
    }
    let runs = VentricularRuns(annotations.beats.map { (Double($0.sample) / rate.hertz, $0.beatClass) })
    comparison.couplets = SpanComparison(
      runs: runs.spans(lengths: 2...2), detected: replay.spans([.couplet]), anyOf: replay.spans([.couplet]))
    let told = replay.spans([.ventricularTachycardia, .idioventricular])
    comparison.runs = SpanComparison(
      runs: runs.spans(lengths: 3...Int.max), detected: told, anyOf: told + replay.spans([.ventricularFibrillation]))
    let alarming = RhythmEvaluation.Reference.ventricularTachyarrhythmia
    // A run of ventricular beats that the readers gave no name of its own is no false alarm.
    comparison.alarms = AlarmComparison(
      reference: stretches(alarming.labels), alarms: replay.episodes(alarming.rhythms),
      harmless: runs.spans(lengths: 3...Int.max),
      noise: stretches(["NOISE"]), seconds: seconds)
    self.init(record: name, durationSeconds: seconds, comparison: comparison)
  }
}
