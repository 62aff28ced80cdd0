/// The five beat classes of ANSI/AAMI EC57 (clause 3 and table 1 of its 1998 edition).
public enum BeatClass: String, CaseIterable, Hashable, Sendable, Codable {
  /// N: any beat that is none of the others: sinus, bundle-branch block, escape beats.
  case normal = "N"
  /// S: supraventricular ectopic beat: atrial, junctional or supraventricular premature, aberrated atrial premature.
  case supraventricular = "S"
  /// V: ventricular ectopic beat: premature ventricular contraction, ventricular escape, R-on-T.
  case ventricular = "V"
  /// F: fusion of a ventricular and a normal beat.
  case fusion = "F"
  /// Q: paced, fusion of a paced and a normal beat, or unclassifiable.
  case unknown = "Q"

  /// The position of the class in a classifier's output vector: N 0, S 1, V 2, F 3, Q 4.
  public var index: Int {
    switch self {
    case .normal: 0
    case .supraventricular: 1
    case .ventricular: 2
    case .fusion: 3
    case .unknown: 4
    }
  }

  /// The class at `index` of a classifier's output vector; `nil` outside 0…4.
  public init?(index: Int) {
    guard BeatClass.allCases.indices.contains(index) else { return nil }
    self = BeatClass.allCases[index]
  }

  /// Whether the binary (normal or abnormal) view counts the class as abnormal: every class but N.
  public var isAbnormal: Bool { self != .normal }

  /// What a clinician reads.
  public var clinicalName: String {
    switch self {
    case .normal: "Normal beat"
    case .supraventricular: "Supraventricular ectopic beat"
    case .ventricular: "Ventricular ectopic beat"
    case .fusion: "Fusion beat"
    case .unknown: "Unclassifiable beat"
    }
  }
}
