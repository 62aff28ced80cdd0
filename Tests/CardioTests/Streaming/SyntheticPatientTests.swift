import Cardio
import Testing

@Suite("Synthetic patients")
struct SyntheticPatientTests {
  @Test("a patient is the same however the samples are asked for", arguments: SyntheticPatient.Preset.allCases)
  func deterministic(preset: SyntheticPatient.Preset) {
    var whole = SyntheticPatient(preset: preset, seed: 8)
    let signal = whole.next(3_000)
    var pieces = SyntheticPatient(preset: preset, seed: 8)
    var samples: [Float] = []
    var beats: [SyntheticBeat] = []
    for count in [1, 999, 187, 0, 813, 1_000] {
      let piece = pieces.next(count)
      samples += piece.microvolts
      beats += piece.beats
    }
    #expect(samples == signal.microvolts)
    #expect(beats == signal.beats)
    var other = SyntheticPatient(preset: preset, seed: 9)
    #expect(other.next(3_000).microvolts != signal.microvolts)
  }

  @Test(
    "each preset has the rhythm of its name",
    arguments: [
      (SyntheticPatient.Preset.normal, 72.0), (.tachycardia, 150), (.bradycardia, 38), (.noisy, 72),
    ])
  func rates(preset: SyntheticPatient.Preset, rate: Double) {
    var patient = SyntheticPatient(preset: preset, seed: 1)
    let beats = patient.next(125 * 300).beats
    #expect(abs(Double(beats.count) / 5 - rate) < rate * 0.05)
    #expect(beats.allSatisfy { $0.beatClass == .normal })
  }

  @Test("ectopic beats and pauses are where they should be")
  func ectopy() {
    var pvc = SyntheticPatient(preset: .pvc, seed: 1)
    let some = pvc.next(125 * 600).beats
    let share = Double(some.count { $0.beatClass == .ventricular }) / Double(some.count)
    #expect(share > 0.05 && share < 0.15)
    var bigeminy = SyntheticPatient(preset: .bigeminy, seed: 1)
    let beats = bigeminy.next(125 * 120).beats.dropFirst(8)
    for (first, second) in zip(beats, beats.dropFirst()) { #expect(first.beatClass != second.beatClass) }
    var pauses = SyntheticPatient(preset: .pauses, seed: 1)
    let slow = pauses.next(125 * 120).beats
    #expect(zip(slow, slow.dropFirst()).count { $1.position - $0.position > 3 * 125 } >= 4)
  }
}
