/// What has been learnt of one patient in the course of a session: the rhythm of the last minute, the running normal beat
/// and the atrial activity ahead of it.
///
/// A value, like ``ECGStream``: copying it or encoding and decoding it is a checkpoint. It holds some 2 KiB (8 KiB while the first
/// eight beats are learnt) and looks at no beat but those already told, whose next RR interval is part of them.
public struct PatientContext: Hashable, Sendable, Codable {
  private var rhythm = RhythmMemory()
  private var normal = RunningNormalBeat()
  private var atria = AtrialActivity()

  /// The context of a patient of whom nothing is known.
  public init() {}

  /// The context of the session's next beat.
  ///
  /// - Parameter beat: The beat; beats come in order of time.
  public mutating func describe(_ beat: SegmentedBeat) -> BeatContext {
    var context = BeatContext()
    describe(beat, into: &context)
    return context
  }

  /// The context of the session's next beat, in the room of an earlier one. Allocates nothing once eight beats are known.
  ///
  /// - Parameters:
  ///   - beat: The beat; beats come in order of time.
  ///   - context: Becomes the beat's.
  public mutating func describe(_ beat: SegmentedBeat, into context: inout BeatContext) {
    let rhythmMeasures = rhythm.take(previousRR: beat.previousRR, nextRR: beat.nextRR)
    beat.window.samples.withUnsafeBufferPointer { window in
      let comparison = normal.compare(window)
      context.signals.withUnsafeMutableBufferPointer { normal.writeSignals(window, comparison, to: $0) }
      let atrial = atria.compare(window, shift: comparison.shift)
      context.measures.withUnsafeMutableBufferPointer { measures in
        var next = 0
        func write(_ value: Float) {
          measures[next] = value.isFinite ? value : 0
          next += 1
        }
        rhythmMeasures.forEach(write)
        comparison.measures.forEach(write)
        atrial.measures.forEach(write)
      }
      let isOnTime = rhythmMeasures.prematurity > PatientContext.prematurityLimit
      if comparison.measures.qrsCorrelation > RunningNormalBeat.matchCorrelation, isOnTime {
        atria.learn(atrial)
      }
      normal.learn(window, from: comparison, isOnTime: isOnTime)
    }
  }

  /// A beat that comes earlier than this, as the logarithm of its RR interval over the median, teaches nothing about the
  /// normal beat: 11 %.
  static let prematurityLimit: Float = -0.12
}
