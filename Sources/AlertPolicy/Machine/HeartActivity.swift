internal import Findings

/// Whether the signal shows a heart: beats that look alike, again and again, or that are told without doubt. What a detector finds in the
/// movement of an electrode, in muscle and in an electrode that hangs in the air are neither.
///
/// Without this positive sign nothing that beats say is believed, neither that they are ectopic nor that they are missing.
struct HeartActivity: Hashable, Sendable, Codable {
  /// What a beat says of the signal that it was found in.
  private enum Sign: UInt8, Hashable, Sendable, Codable {
    /// It looks like the patient's own normal beat, or it is ventricular beyond doubt.
    case alike
    /// It is told with some certainty.
    case certain
    /// Neither: another shape, and no class that is much more likely than the others.
    case doubtful
  }

  /// Latest beats that are looked at.
  static let window = 16
  /// Those among them that must be alike. In baseline wander and muscle noise (`nstdb`) at most four are; where every other beat is ectopic,
  /// eight are.
  static let alike = 7
  /// Seconds of signal for which the sign holds: a run of ectopic beats, or the pause that is looked for, must not undo it.
  static let memory = 60.0
  /// P(ventricular), P(supraventricular) from which a class is told with certainty.
  static let certainty = 0.75
  /// Doubtful beats among the latest from which ectopy needs to be told with more certainty, and an interval needs two beats of the patient's
  /// own.
  static let doubtful = 4
  /// Doubtful beats among the latest from which beats say nothing.
  static let unreadable = 8

  /// The R amplitudes that a beat of the patient's can have, in shares of those that are alike. Of the ventricular beats of mitdb and of 39
  /// records of svdb, 99.5 % have at most 2.9 and 3.5 times that.
  static let amplitudes = 0.1...4.0

  private var latest: [Sign] = []
  /// R amplitudes of the latest beats that look like the patient's normal one, without their signs, in µV.
  private var heights: [Int32] = []
  private var seenAt: UInt64?

  /// Takes the next beat. One of an analysis that said nothing of its shape counts as alike.
  mutating func take(_ beat: BeatFinding, at sample: UInt64) {
    latest = (latest + [isPlausible(beat) ? Self.sign(of: beat) : .doubtful]).suffix(Self.window)
    if (beat.shape ?? .normal) == .normal {
      heights = (heights + [Int32(clamping: beat.amplitudeMicrovolts.magnitude)]).suffix(Self.window)
    }
    if beat.shape == nil || latest.count(where: { $0 == .alike }) >= Self.alike { seenAt = sample }
  }

  /// Whether a beat is as high as one of the patient's can be; where too few are known, whatever it is.
  func isPlausible(_ beat: BeatFinding) -> Bool {
    guard heights.count >= Self.window / 2 else { return true }
    let usual = max(1, Double(heights.sorted()[heights.count / 2]))
    return Self.amplitudes.contains(Double(beat.amplitudeMicrovolts.magnitude) / usual)
  }

  /// How many of the latest beats are doubtful.
  var doubt: Int { latest.count { $0 == .doubtful } }

  /// Whether the interval before the latest beat lies between two beats of the heart. An interval measures nothing but the distance of two
  /// beats: among doubtful ones both must be alike, or the noise between a heart's beats, or in their place, makes pauses.
  var isIntervalBelieved: Bool { doubt < Self.doubtful || latest.suffix(2).allSatisfy { $0 == .alike } }

  /// Whether a heart was seen at a sample, or not long before it.
  func isSeen(at sample: UInt64) -> Bool {
    guard let seenAt else { return false }
    return sample <= seenAt || Double(sample - seenAt) <= Self.memory * SignalMoment.sampleRate
  }

  private static func sign(of beat: BeatFinding) -> Sign {
    let ventricular = beat.ventricularProbability ?? 0
    if (beat.shape ?? .normal) == .normal || ventricular >= 0.9 { return .alike }
    let isCertain =
      ventricular >= certainty || (beat.supraventricularProbability ?? 0) >= certainty
      || (beat.beatClass == .n && beat.abnormalProbability <= 0.1)
    return isCertain ? .certain : .doubtful
  }
}
