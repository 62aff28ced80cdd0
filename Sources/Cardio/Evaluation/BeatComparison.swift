/// Beat-by-beat comparison of a detector with reference annotations, in the manner of ANSI/AAMI EC57 and WFDB's `bxb`.
public struct BeatComparison: Hashable, Sendable, Codable {
  /// The tolerance of EC57: 150 ms.
  public static let standardTolerance = 0.150

  /// Reference beats that the detector found.
  public var truePositives = 0
  /// Detections that match no reference beat.
  public var falsePositives = 0
  /// Reference beats that the detector missed.
  public var falseNegatives = 0
  /// The sum of the squares of the timing errors of the true positives, in s².
  public var squaredErrorSeconds = 0.0

  /// A comparison of nothing.
  public init() {}

  /// Compares two lists of times in seconds, each in ascending order.
  ///
  /// A detection and a reference beat match when they are at most `tolerance` seconds apart and neither has a nearer
  /// partner that is free. Reference beats and detections within `excluded` (ventricular flutter) do not count.
  public init(
    reference: [Double], detected: [Double], tolerance: Double = standardTolerance, excluded: [Range<Double>] = []
  ) {
    for pair in BeatComparison.pairs(reference: reference, detected: detected, tolerance: tolerance) {
      let time = pair.reference.map { reference[$0] } ?? pair.detected.map { detected[$0] } ?? 0
      if excluded.contains(where: { $0.contains(time) }) { continue }
      switch (pair.reference, pair.detected) {
      case (let beat?, let detection?):
        truePositives += 1
        let error = detected[detection] - reference[beat]
        squaredErrorSeconds += error * error
      case (nil, _?): falsePositives += 1
      case (_?, nil): falseNegatives += 1
      case (nil, nil): break
      }
    }
  }

  /// Which reference beat (by index) goes with which detection; one of both is `nil` where there is no partner. In order of time.
  public static func pairs(
    reference: [Double], detected: [Double], tolerance: Double = standardTolerance
  ) -> [(reference: Int?, detected: Int?)] {
    var pairs: [(reference: Int?, detected: Int?)] = []
    var (i, j) = (0, 0)
    func distance(_ beat: Int, _ detection: Int) -> Double {
      guard beat < reference.count, detection < detected.count else { return .infinity }
      return abs(detected[detection] - reference[beat])
    }
    while i < reference.count || j < detected.count {
      let apart = distance(i, j)
      if apart <= tolerance {
        if distance(i, j + 1) < min(apart, distance(i + 1, j + 1)) {
          pairs.append((nil, j))
          j += 1
        } else if distance(i + 1, j) < min(apart, distance(i + 1, j + 1)) {
          pairs.append((i, nil))
          i += 1
        } else {
          pairs.append((i, j))
          i += 1
          j += 1
        }
      } else if j >= detected.count || (i < reference.count && reference[i] < detected[j]) {
        pairs.append((i, nil))
        i += 1
      } else {
        pairs.append((nil, j))
        j += 1
      }
    }
    return pairs
  }

  /// Se = TP / (TP + FN), a fraction; `nil` without reference beats.
  public var sensitivity: Double? {
    let beats = truePositives + falseNegatives
    return beats > 0 ? Double(truePositives) / Double(beats) : nil
  }

  /// +P = TP / (TP + FP), a fraction; `nil` without detections.
  public var positivePredictivity: Double? {
    let detections = truePositives + falsePositives
    return detections > 0 ? Double(truePositives) / Double(detections) : nil
  }

  /// (FP + FN) / (TP + FN), a fraction; `nil` without reference beats.
  public var detectionErrorRate: Double? {
    let beats = truePositives + falseNegatives
    return beats > 0 ? Double(falsePositives + falseNegatives) / Double(beats) : nil
  }

  /// The root mean square of the timing errors, in ms; `nil` without true positives.
  public var rmsErrorMilliseconds: Double? {
    truePositives > 0 ? (squaredErrorSeconds / Double(truePositives)).squareRoot() * 1000 : nil
  }

  /// Adds another record's counts: the gross statistics of EC57.
  public static func += (lhs: inout BeatComparison, rhs: BeatComparison) {
    lhs.truePositives += rhs.truePositives
    lhs.falsePositives += rhs.falsePositives
    lhs.falseNegatives += rhs.falseNegatives
    lhs.squaredErrorSeconds += rhs.squaredErrorSeconds
  }
}
