import Cardio
import Exports
import Foundation

/// A recording of two channels with a gap, lead-off, beats, a clinician's label and notes; and what it was made of.
struct ExportFixture {
  /// Nothing where nothing was measured.
  let samples: [[Int16?]]
  let states: [[ExportedWindow.State]]
  let recording: ExportedRecording

  /// - Parameters:
  ///   - count: Samples.
  ///   - nanovolts: Of one step of the ECG.
  ///   - gap: Samples that neither channel has.
  ///   - leadOff: Samples of the ECG without contact.
  init(count: Int = 5000, nanovolts: UInt32 = 1000, gap: Range<Int>? = nil, leadOff: Range<Int>? = nil) {
    var generator = SplitMix(seed: 7)
    var samples: [[Int16?]] = [[], []]
    var states: [[ExportedWindow.State]] = [[], []]
    for index in 0..<count {
      let isGap = gap?.contains(index) ?? false
      let isOff = leadOff?.contains(index) ?? false
      let wave = 900 * exp(-pow(Double(index % 100 - 50) / 3, 2) / 2)
      let ecg = Int16(wave) + Int16.random(in: -40...40, using: &generator)
      samples[0].append(isGap || isOff ? nil : index == 17 ? 32_767 : index == 18 ? -32_767 : ecg)
      states[0].append(isGap ? .missing : isOff ? .leadOff : .measured)
      samples[1].append(isGap ? nil : Int16(20_000 + index % 300))
      states[1].append(isGap ? .missing : .measured)
    }
    self.samples = samples
    self.states = states
    let beats = stride(from: 50, to: count, by: 100).filter { !(gap?.contains($0) ?? false) }.map { sample in
      ExportedRecording.Beat(
        sample: sample, label: sample % 500 == 450 ? .ventricular : .normal,
        clinicianLabel: sample == 450 ? .supraventricular : nil)
    }
    recording = ExportedRecording(
      pseudonym: "P-7K2M", name: "Anna Müller", birthDate: "1950-02-28", device: "sb-001",
      session: "00112233445566778899aabbccddeeff", start: 1_767_225_600_250_000, isClockSynchronised: true, first: 1250,
      count: count,
      channels: [
        .init(name: "ECG I", nanovoltsPerStep: nanovolts, code: ("131329", "MDC_ECG_ELEC_POTL_I")),
        .init(name: "PPG red", nanovoltsPerStep: nil, code: ("150452", "MDC_PULS_OXIM_PLETH")),
      ],
      beats: beats,
      notes: [
        .init(sample: 300, count: 250, text: "palpitations, \"strong\"\nafter stairs", author: "dr.weiss"),
        .init(sample: 700, count: 0, text: String(repeating: "langer Text ä ", count: 60), author: "dr.weiss"),
      ],
      present: gap.map { [0..<$0.lowerBound, $0.upperBound..<count] } ?? [0..<count])
  }

  /// The whole file, written window by window.
  func file(_ format: ExportFormat) -> [UInt8] {
    guard var writer = format.writer(of: recording) else { return [] }
    var bytes = writer.begin()
    for first in stride(from: 0, to: recording.count, by: ExportedWindow.length) {
      let range = first..<min(recording.count, first + ExportedWindow.length)
      var window = ExportedWindow(first: first, channels: samples.map { _ in .init(count: range.count) })
      for channel in samples.indices {
        for index in range {
          window.channels[channel].values[index - first] = samples[channel][index] ?? 0
          window.channels[channel].states[index - first] = states[channel][index]
        }
      }
      bytes += writer.add(window)
    }
    return bytes + writer.finish()
  }

  /// What was measured, for readers in other languages.
  var truth: [String: Any] {
    [
      "count": recording.count, "samples": samples.map { $0.map { $0.map { Int($0) as Any } ?? NSNull() } },
      "beats": recording.beats.map { [$0.sample, ($0.clinicianLabel ?? $0.label).rawValue] as [Any] },
      "startMs": recording.start / 1000, "nanovolts": Int(recording.channels[0].nanovoltsPerStep ?? 0),
    ]
  }
}

/// Reproducible chance (Steele, Lea and Flood 2014).
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
