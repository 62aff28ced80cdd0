/// Strips judged as a whole against their labels, scored as the PhysioNet/Computing in Cardiology Challenge 2017 did: F1 of a class is
/// twice the strips of it told right over the strips annotated plus the strips told.
public struct StripEvaluation: Hashable, Sendable {
  /// Strips by annotated and told class.
  public private(set) var confusion: [StripRhythm: [StripRhythm: Int]] = [:]

  /// An evaluation of nothing.
  public init() {}

  /// Counts a strip.
  ///
  /// - Parameters:
  ///   - annotated: The label.
  ///   - told: The judgement.
  public mutating func add(annotated: StripRhythm, told: StripRhythm) {
    confusion[annotated, default: [:]][told, default: 0] += 1
  }

  /// Strips of a pair of classes.
  public func count(annotated: StripRhythm, told: StripRhythm) -> Int { confusion[annotated]?[told] ?? 0 }

  /// F1 of a class, a fraction; `nil` when no strip is annotated or told so.
  public func f1(_ rhythm: StripRhythm) -> Double? {
    let annotated = StripRhythm.allCases.reduce(0) { $0 + count(annotated: rhythm, told: $1) }
    let told = StripRhythm.allCases.reduce(0) { $0 + count(annotated: $1, told: rhythm) }
    guard annotated + told > 0 else { return nil }
    return 2 * Double(count(annotated: rhythm, told: rhythm)) / Double(annotated + told)
  }

  /// The Challenge's score: the mean F1 of N, A and O.
  public var challengeScore: Double? {
    let scores = [StripRhythm.normal, .atrialFibrillation, .other].compactMap(f1)
    return scores.count == 3 ? scores.reduce(0, +) / 3 : nil
  }

  /// Reads the labels of a `REFERENCE.csv`: a record's name and `N`, `A`, `O` or `~` on each line. Lines of another kind (a
  /// heading) are left out.
  public static func labels(csv: String) -> [String: StripRhythm] {
    var labels: [String: StripRhythm] = [:]
    for line in csv.split(whereSeparator: \.isNewline) {
      let fields = line.split(separator: ",")
      guard fields.count == 2, let rhythm = StripRhythm(rawValue: String(fields[1])) else { continue }
      labels[String(fields[0])] = rhythm
    }
    return labels
  }
}

extension StripEvaluation: Encodable {
  /// Encodes the confusion matrix, F1 by class and the Challenge's score.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    var matrix: [String: [String: Int]] = [:]
    var scores: [String: Double] = [:]
    for annotated in StripRhythm.allCases {
      for told in StripRhythm.allCases {
        matrix[annotated.rawValue, default: [:]][told.rawValue] = count(annotated: annotated, told: told)
      }
      scores[annotated.rawValue] = f1(annotated)
    }
    try container.encode(matrix, forKey: .confusion)
    try container.encode(scores, forKey: .f1)
    try container.encode(challengeScore, forKey: .challengeScore)
  }

  private enum Key: String, CodingKey {
    case confusion, f1, challengeScore
  }
}
