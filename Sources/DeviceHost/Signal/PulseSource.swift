public import Cardio
import Foundation

/// A finger clip beside the electrodes: red and infrared light that follow the same heart.
///
/// No recording of ours holds a photoplethysmogram. So the light is synthetic always; its beats are those of the synthetic patient, or those
/// that a record's reference annotations name.
public struct PulseSource: Sendable {
  private enum Heart {
    case patient(SyntheticPatient)
    case record(beats: [Double], length: Int, isLooping: Bool)
  }

  private var heart: Heart
  private var pulse: SyntheticPulse
  private var position = 0

  /// The pulse of a synthetic patient: the same `preset` and `seed` as the electrodes' source.
  public init(preset: SyntheticPatient.Preset, seed: UInt64) {
    // An electrode that is off stops no heart.
    heart = .patient(SyntheticPatient(preset: preset == .leadOff ? .normal : preset, seed: seed))
    pulse = SyntheticPulse(seed: seed)
  }

  /// The pulse of a record, from its annotations (`.atr`).
  /// - Parameters:
  ///   - path: the record without its ending.
  ///   - length: its length in samples at 125 Hz, as ``RecordSource`` plays it.
  ///   - isLooping: whether it begins again at its end.
  public init(path: String, length: Int, isLooping: Bool) throws(DeviceError) {
    let url = URL(fileURLWithPath: path)
    let directory = url.deletingLastPathComponent()
    let name = url.pathExtension == "hea" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
    do {
      let record = try WFDBRecord(directory: directory, name: name)
      let scale = SampleRate.analysis.hertz / record.header.sampleRate.hertz
      let beats = try WFDBAnnotations(directory: directory, name: name).beats.map { Double($0.sample) * scale }
      heart = .record(beats: beats, length: length, isLooping: isLooping)
    } catch {
      throw DeviceError(.invalidInput, "the pulse of record \(path): \(error)")
    }
    pulse = SyntheticPulse()
  }

  /// The next `count` samples of both channels, in the converter's counts.
  public mutating func next(_ count: Int) -> (red: [Int16], infrared: [Int16]) {
    let beats: [Double]
    switch heart {
    case .patient(var patient):
      beats = patient.next(count).beats.map(\.position)
      heart = .patient(patient)
    case .record(let all, let length, let isLooping):
      beats = Self.beats(all, from: position, count: count, length: length, isLooping: isLooping)
    }
    position += count
    let piece = pulse.next(count, beats: beats)
    func counts(_ values: [Float]) -> [Int16] { values.map { Int16(max(0, min(32_767, $0.rounded()))) } }
    return (counts(piece.red), counts(piece.infrared))
  }

  private static func beats(
    _ all: [Double], from start: Int, count: Int, length: Int, isLooping: Bool
  ) -> [Double] {
    guard length > 0 else { return [] }
    var found: [Double] = []
    let rounds = isLooping ? start / length...(start + count) / length : 0...0
    for round in rounds {
      let offset = Double(round * length)
      let range = Double(start) - offset..<Double(start + count) - offset
      found += all.lazy.filter { range.contains($0) }.map { $0 + offset }
    }
    return found
  }
}
