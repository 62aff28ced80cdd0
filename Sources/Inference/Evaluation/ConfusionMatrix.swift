public import Cardio

/// Which class the model gave to the beats of which class.
public struct ConfusionMatrix: Hashable, Sendable {
  /// A row: what the annotation says.
  public enum Reference: Hashable, Sendable {
    /// A beat of this class.
    case beat(BeatClass)
    /// No beat: the detection is false.
    case none

    fileprivate var row: Int {
      switch self {
      case .beat(let beatClass): beatClass.index
      case .none: 5
      }
    }
  }

  /// A column: what came of it.
  public enum Answer: Hashable, Sendable {
    /// The model said this class.
    case beat(BeatClass)
    /// The model said that it cannot read the beat.
    case unreadable
    /// The model tells no classes.
    case withoutClass
    /// The detector did not find the beat.
    case missed

    fileprivate var column: Int {
      switch self {
      case .beat(let beatClass): beatClass.index
      case .unreadable: 5
      case .withoutClass: 6
      case .missed: 7
      }
    }
  }

  private static let columns = 8
  private var counts = [Int](repeating: 0, count: 6 * columns)

  /// A matrix of zeros.
  public init() {}

  /// The beats in one cell.
  public subscript(reference: Reference, answer: Answer) -> Int {
    get { counts[reference.row * Self.columns + answer.column] }
    set { counts[reference.row * Self.columns + answer.column] = newValue }
  }

  /// Adds another matrix `times` over.
  public mutating func add(_ other: ConfusionMatrix, times: Int = 1) {
    for place in counts.indices { counts[place] += times * other.counts[place] }
  }

  /// All that came of the beats of a row.
  public func total(of reference: Reference) -> Int {
    counts[reference.row * Self.columns..<(reference.row + 1) * Self.columns].reduce(0, +)
  }

  /// All beats, annotated or not, to which an answer was given.
  public func total(answered answer: Answer) -> Int {
    stride(from: answer.column, to: counts.count, by: Self.columns).reduce(0) { $0 + counts[$1] }
  }

  /// Whether every beat that could be read has a class.
  public var hasClasses: Bool { total(answered: .withoutClass) == 0 }

  /// The share of annotated, found and readable beats whose class is right; `nil` without any or without classes.
  public var accuracy: Double? {
    guard hasClasses else { return nil }
    var (right, all) = (0, 0)
    for reference in BeatClass.allCases {
      for answer in BeatClass.allCases { all += self[.beat(reference), .beat(answer)] }
      right += self[.beat(reference), .beat(reference)]
    }
    return all > 0 ? Double(right) / Double(all) : nil
  }
}
