/// Why something about retention cannot be done as it was asked.
public enum RetentionRefusal: String, Error, Sendable, CaseIterable {
  /// Not between the named limits.
  case daysOutOfRange = "days-out-of-range"
  /// Findings must stay as long as the recording: without them it would be analysed, and told, a second time.
  case findingsShorter = "findings-shorter-than-recordings"
  /// An exception keeps longer than the policy for everybody.
  case exceptionNotLonger = "exception-not-longer"
  /// Somebody has changed the policy since it was looked at.
  case changedMeanwhile = "changed-meanwhile"
  /// Nothing would change.
  case nothingToChange = "nothing-to-change"
  /// There is no such patient.
  case unknownPatient = "unknown-patient"
  /// A reason has 1 to 200 characters on one line.
  case reasonMissing = "reason-missing"
  /// A range of time ends before it begins.
  case badRange = "bad-range"
  /// There is no such hold, or it was released.
  case unknownHold = "unknown-hold"
  /// Another person than the one who placed a hold releases it.
  case needsSecondPerson = "needs-second-person"

  /// A sentence for people.
  public var sentence: String {
    switch self {
    case .daysOutOfRange:
      "Days are \(RetentionPolicy.days.lowerBound) to \(RetentionPolicy.days.upperBound)."
    case .findingsShorter: "Findings must be kept at least as long as recordings."
    case .exceptionNotLonger: "An exception must keep longer than the policy for everybody."
    case .changedMeanwhile: "Somebody has changed the policy meanwhile; look at it first."
    case .nothingToChange: "That is what holds already."
    case .unknownPatient: "There is no such patient."
    case .reasonMissing: "Say why, in 1 to 200 characters on one line."
    case .badRange: "The range ends before it begins."
    case .unknownHold: "There is no such hold, or it was released."
    case .needsSecondPerson: "Another person than the one who placed the hold has to release it."
    }
  }
}
