import Cardio
import Testing

@Suite("Synthetic patients")
struct SyntheticPatientTests {
  @Test(
    "every beat of a clean synthetic patient is found, and nothing else",
    arguments: [
      SyntheticPatient.Preset.normal, .pvc, .bigeminy, .tachycardia,
    ])
  func findsEveryBeat(preset: SyntheticPatient.Preset) {
    var patient = SyntheticPatient(preset: preset, seed: 1)
    let signal = patient.next(125 * 120)
    let samples = signal.microvolts.map { Int16($0.rounded()) }
    let beats = RecordReplay.analyse(samples)
    let comparison = BeatComparison(
      reference: signal.beats.map { $0.position / 125 }, detected: beats.map(\.beat.seconds))
    #expect(comparison.falseNegatives <= 1)
    #expect(comparison.falsePositives == 0)
  }
}
