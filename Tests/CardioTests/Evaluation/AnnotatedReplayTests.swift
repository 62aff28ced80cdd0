import Cardio
import Testing

@Suite("Beats at annotated R peaks")
struct AnnotatedReplayTests {
  private static func patient(seconds: Int = 60) -> (samples: [Int16], truth: [SyntheticBeat]) {
    var patient = SyntheticPatient(preset: .pvc, seed: 11)
    let signal = patient.next(125 * seconds)
    return (signal.microvolts.map { Int16($0.rounded()) }, signal.beats)
  }

  @Test("given the detector's own peaks, the windows are the detector's")
  func sameWindows() {
    let (samples, _) = Self.patient()
    let detected = RecordReplay.analyse(samples)
    let cut = RecordReplay.segment(samples, rPeaks: detected.map(\.beat.seconds))
    #expect(cut.count == detected.count && cut.count > 50)
    // A peak half-way between two samples may be cut at either.
    let equal = zip(cut, detected).count { $0.window == $1.window }
    #expect(equal >= cut.count - 2)
    for (mine, theirs) in zip(cut, detected).dropFirst().dropLast() {
      #expect(abs(mine.beat.position - theirs.beat.position) < 1e-6)
      #expect(abs((mine.previousRR ?? 0) - (theirs.previousRR ?? 1)) < 1e-9)
      #expect(abs((mine.nextRR ?? 0) - (theirs.nextRR ?? 1)) < 1e-9)
    }
  }

  @Test("every annotated beat has a window with its R peak in the middle")
  func everyBeat() {
    let (samples, truth) = Self.patient()
    let beats = RecordReplay.segment(samples, rPeaks: truth.map { $0.position / 125 })
    #expect(beats.count == truth.count)
    for (beat, truth) in zip(beats, truth).dropFirst().dropLast(2) where truth.beatClass == .normal {
      let near = beat.window.samples[BeatWindow.rIndex - 2...BeatWindow.rIndex + 2].max() ?? 0
      #expect(near == beat.window.samples[BeatWindow.rIndex - 30...BeatWindow.rIndex + 30].max())
      #expect(beat.beat.quality == 1)
    }
  }

  @Test("edges, peaks outside the recording, long pauses and two annotations of one sample are taken")
  func edges() {
    let (samples, _) = Self.patient(seconds: 20)
    let beats = RecordReplay.segment(samples, rPeaks: [-3, 0.01, 1, 1, 5.5, 19.99, 500])
    #expect(beats.count == 7)
    #expect(beats.allSatisfy { $0.window.samples.allSatisfy(\.isFinite) })
    #expect(beats[2].nextRR == nil && beats[3].previousRR == nil)
    #expect(beats[3].nextRR == nil && beats[4].previousRR == 4.5)
    #expect(beats[0].beat.quality == 125.0 / 187 && beats[6].beat.quality == 63.0 / 187)
    #expect(RecordReplay.segment([], rPeaks: [1]).isEmpty)
  }
}
