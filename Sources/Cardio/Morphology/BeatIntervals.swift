#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The intervals of a median beat in milliseconds, each `nil` where it cannot be measured. An aid to the eye: a cardiologist measures.
///
/// One lead, 0.5–40 Hz, 125 Hz: an edge is found between samples on the curve through them, so that it is exact to about a sample (8 ms),
/// and the low-pass widens a QRS complex by about as much.
///
/// * **QRS**: from the R peak outwards, past every part in which the curve is steep, until it has been flat for 12 ms. Flat is less
///   than 5 % of the steepest slope.
/// * **T end**: where the tangent at the steepest point behind the peak of the T wave meets the level of the PR segment (Lepeschkin and Surawicz 1952).
/// * **P onset**: where the tangent at the steepest point before the peak of the P wave meets the level before it.
/// * **QTc**: by Fridericia's formula, QT / ∛(RR in seconds), which corrects less wrongly than Bazett's where the heart is fast or slow.
///
/// A wave smaller than 40 µV (P) or 60 µV (T), or than 3 % or 5 % of the QRS complex, is no wave.
public struct BeatIntervals: Hashable, Sendable {
  /// The formula of ``qtc``.
  public static let formula = "Fridericia"
  /// Median beats of fewer beats are not measured: the noise of one would be.
  public static let leastBeats = 8

  /// From the onset of the P wave to the onset of the QRS complex.
  public let pr: Double?
  /// The width of the QRS complex.
  public let qrs: Double?
  /// From the onset of the QRS complex to the end of the T wave.
  public let qt: Double?
  /// ``qt`` corrected for the heart rate.
  public let qtc: Double?

  /// Measures a median beat.
  /// - Parameters:
  ///   - beat: The median of at least ``leastBeats`` beats; of fewer nothing is measured.
  ///   - rrMilliseconds: The mean interval of its beats, where it is known.
  public init(of beat: MedianBeat, rrMilliseconds: Double?) {
    guard beat.beats >= Self.leastBeats, let curve = BeatCurve(beat.median), let complex = curve.complex() else {
      (pr, qrs, qt, qtc) = (nil, nil, nil, nil)
      return
    }
    qrs = Double(complex.count)
    pr = curve.atrialOnset(before: complex, rrMilliseconds: rrMilliseconds).map { Double(complex.lowerBound) - $0 }
    let end = curve.repolarisationEnd(after: complex, rrMilliseconds: rrMilliseconds)
    qt = end.map { $0 - Double(complex.lowerBound) }
    if let qt, let rrMilliseconds, rrMilliseconds > 0 {
      qtc = qt / cbrt(rrMilliseconds / 1000)
    } else {
      qtc = nil
    }
  }
}
