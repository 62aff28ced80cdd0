public import Store

/// How many days each kind is kept: for everybody, and longer for some patients.
public struct RetentionPolicy: Sendable, Hashable {
  /// Days that may be set: at least one, so that a night's recording is there in the morning; at most a hundred years.
  public static let days = 1...36_500
  /// From a change that keeps less to the moment when it counts: a slip of the finger is seen, and taken back, before it deletes.
  public static let graceDays = 7
  /// A day in microseconds.
  public static let day: UnixMicroseconds = 86_400_000_000

  /// Days for everybody.
  public var standard: [RetentionKind: Int]
  /// More days for a patient.
  public var exceptions: [Pseudonym: [RetentionKind: Int]]

  /// States a policy.
  public init(standard: [RetentionKind: Int], exceptions: [Pseudonym: [RetentionKind: Int]] = [:]) {
    self.standard = standard
    self.exceptions = exceptions
  }

  /// Days of a kind for what belongs to these patients: the longest of all that are said. A kind of which nothing is said is kept.
  public func days(_ kind: RetentionKind, of patients: Set<Pseudonym> = []) -> Int {
    let longer = patients.compactMap { exceptions[$0]?[kind] }.max() ?? 0
    return max(standard[kind] ?? Self.days.upperBound, longer)
  }

  /// The moment before which what was touched last is old; 0 when nothing can be.
  public func cutoff(
    _ kind: RetentionKind, of patients: Set<Pseudonym> = [], at now: UnixMicroseconds
  ) -> UnixMicroseconds {
    let age = UnixMicroseconds(days(kind, of: patients)) * Self.day
    return now > age ? now - age : 0
  }
}
