#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A patient who does not exist: an endless, deterministic ECG at 125 Hz with known beats.
///
/// The same preset and seed give the same samples, however they are asked for. For demonstrations and tests; no model is trained on it.
public struct SyntheticPatient: Sendable {
  /// What the patient has.
  public enum Preset: String, CaseIterable, Hashable, Sendable, Codable {
    /// Sinus rhythm, 72 a minute.
    case normal
    /// Sinus rhythm with one ventricular ectopic beat in ten, each with a compensatory pause.
    case pvc
    /// Every other beat a ventricular ectopic beat.
    case bigeminy
    /// Sinus tachycardia, 150 a minute.
    case tachycardia
    /// Sinus bradycardia, 38 a minute.
    case bradycardia
    /// Sinus rhythm with a pause of 3.4 s about every 20 s.
    case pauses
    /// Sinus rhythm; an electrode is off for 6 s from second 20 and then every 40 s.
    case leadOff
    /// Sinus rhythm under baseline wander, muscle noise and mains.
    case noisy
  }

  /// What the patient has.
  public let preset: Preset

  private struct ScheduledBeat {
    var position: Double
    var rr: Double
    var isVentricular: Bool
    var gain: Double
  }

  private var rhythm: SeededGenerator
  private var noise: SeededGenerator
  private var active: [ScheduledBeat] = []
  private var scheduledUntil = 0.5
  private var beatsScheduled = 0
  private var nextPause = 12.0
  private var nextSample = 0
  private var muscle = 0.0

  /// A patient with `preset`; `seed` varies the rhythm and the noise.
  public init(preset: Preset, seed: UInt64 = 0) {
    self.preset = preset
    var root = SeededGenerator(seed: seed)
    rhythm = SeededGenerator(seed: root.next())
    noise = SeededGenerator(seed: root.next())
  }

  /// The next `count` samples.
  public mutating func next(_ count: Int) -> SyntheticSignal {
    var piece = SyntheticSignal(firstSample: nextSample, microvolts: [], isLeadOff: [], beats: [])
    piece.microvolts.reserveCapacity(count)
    piece.isLeadOff.reserveCapacity(count)
    for _ in 0..<max(0, count) {
      let time = Double(nextSample) * SampleRate.analysis.interval
      while scheduledUntil < time + 1 { schedule() }
      active.removeAll { $0.position + 1.2 < time }
      let off = isLeadOff(at: time)
      for beat in active where Int((beat.position * 125).rounded(.down)) == nextSample && !off {
        piece.beats.append(
          SyntheticBeat(position: beat.position * 125, beatClass: beat.isVentricular ? .ventricular : .normal))
      }
      let signal = voltage(at: time) + disturbance(at: time)
      piece.microvolts.append(Float(off ? 3_000 : signal))
      piece.isLeadOff.append(off)
      nextSample += 1
    }
    return piece
  }

  private func voltage(at time: Double) -> Double {
    var sum = 0.0
    for beat in active {
      let morphology = beat.isVentricular ? SyntheticMorphology.ventricular : .sinus
      sum += beat.gain * morphology.voltage(at: time - beat.position, rr: beat.rr)
    }
    return sum
  }

  private mutating func disturbance(at time: Double) -> Double {
    let isNoisy = preset == .noisy
    let white = noise.normal()
    muscle = 0.4 * muscle + white
    // Amplitudes in µV.
    let slowWander = (isNoisy ? 260.0 : 35.0) * sin(2 * Double.pi * 0.23 * time)
    let fastWander = (isNoisy ? 130.0 : 10.0) * sin(2 * Double.pi * 0.41 * time + 1)
    let mains = (isNoisy ? 40.0 : 0.0) * sin(2 * Double.pi * 50 * time)
    let tremor = (isNoisy ? 45.0 : 6.0) * muscle
    return slowWander + fastWander + mains + tremor
  }

  private func isLeadOff(at time: Double) -> Bool {
    guard preset == .leadOff, time >= 20 else { return false }
    return (time - 20).truncatingRemainder(dividingBy: 40) < 6
  }

  private mutating func schedule() {
    let base =
      switch preset {
      case .tachycardia: 60.0 / 150
      case .bradycardia: 60.0 / 38
      default: 60.0 / 72
      }
    // Respiratory sinus arrhythmia and a little noise.
    let breathing = 0.035 * sin(2 * .pi * 0.25 * scheduledUntil)
    var rr = base * (1 + breathing + 0.012 * rhythm.normal())
    let draw = rhythm.uniform()
    let follows = active.last?.isVentricular ?? false
    var isVentricular = false
    switch preset {
    case .pvc:
      if follows { rr *= 1.35 } else { isVentricular = draw < 0.1 && beatsScheduled > 3 }
    case .bigeminy:
      if follows { rr *= 1.35 } else { isVentricular = beatsScheduled > 3 }
    case .pauses where scheduledUntil > nextPause:
      rr = 3.4
      nextPause = scheduledUntil + 15 + 10 * draw
    default: break
    }
    if isVentricular { rr *= 0.62 }
    scheduledUntil += rr
    active.append(
      ScheduledBeat(
        position: scheduledUntil, rr: rr, isVentricular: isVentricular, gain: 1 + 0.03 * rhythm.normal()))
    beatsScheduled += 1
  }
}
