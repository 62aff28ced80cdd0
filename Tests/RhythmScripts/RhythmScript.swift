package import Findings
package import Wire

/// Writes the findings of an invented session, as a decryptor would: chunks of 187 samples, beats told late.
package struct RhythmScript {
  package static let epoch: UInt64 = 1_700_000_000_000_000
  package static let delaySeconds = 2.0

  private struct ScriptedBeat {
    var second: Double
    var rr: Double?
    var isAbnormal: Bool
    var label: BeatLabel?
    var ventricular: Double?
    var quality = 0.9
    var shape: BeatShape?
    var isDoubtful = false
  }
  private struct Stretch {
    var seconds: ClosedRange<Double>
    var quality = 0.9
    var leadOff: LeadOff = []
    var reading = RhythmReading(ventricularLow: 0.01, ventricularHigh: 0.01, fibrillation: 0.02, readability: 1)
  }

  private var beats: [ScriptedBeat] = []
  private var stretches: [Stretch] = []
  package private(set) var seconds = 0.0
  private var nextBeat: Double? = 0.4

  /// Nothing yet.
  package init() {}

  /// Beats at a rate; every `abnormalEvery`th of them abnormal.
  package mutating func rhythm(
    _ length: Double, rate: Double, abnormalEvery: Int? = nil, quality: Double = 0.9
  ) {
    let end = seconds + length
    var count = 0
    var at = max(nextBeat ?? seconds, seconds)
    while at < end {
      count += 1
      append(at, isAbnormal: abnormalEvery.map { count % $0 == 0 } ?? false, quality: quality)
      at += 60 / rate
    }
    nextBeat = at
    stretches.append(Stretch(seconds: seconds...end, quality: quality))
    seconds = end
  }

  /// Beats of a classifier that tells classes: a letter for each, again and again. `n` is a beat that is called normal, and ventricular
  /// with a probability of 0.15; `v` is one that is called ventricular with one of 0.55, `s` a supraventricular one that is ventricular with
  /// one of 0.4; `W` is called normal, and wide.
  package mutating func beats(_ classes: String, _ length: Double? = nil, rate: Double, quality: Double = 0.9) {
    let start = max(nextBeat ?? seconds, seconds)
    let letters = Array(classes)
    let end = length.map { seconds + $0 } ?? start + (Double(letters.count) - 0.5) * 60 / rate
    var at = start
    var count = 0
    while at < end {
      let letter = letters[count % letters.count]
      let label: BeatLabel =
        switch letter {
        case "V", "v": .v
        case "S", "s": .s
        case "F": .f
        default: .n
        }
      append(at, isAbnormal: label != .n, quality: quality)
      beats[beats.count - 1].label = label
      beats[beats.count - 1].ventricular =
        switch letter {
        case "V": 0.97
        case "v": 0.55
        case "s": 0.4
        case "n": 0.15
        default: 0.001
        }
      beats[beats.count - 1].shape = letter == "W" ? .wide : label == .n ? .normal : .other
      count += 1
      at += 60 / rate
    }
    nextBeat = at
    stretches.append(Stretch(seconds: seconds...end, quality: quality))
    seconds = end
  }

  /// A waveform in which no beats can be told.
  package mutating func waveform(
    _ length: Double, ventricular: Double, quality: Double = 0.05, readability: Double = 0.9
  ) {
    let end = seconds + length
    var stretch = Stretch(seconds: seconds...end, quality: quality)
    stretch.reading = RhythmReading(
      ventricularLow: ventricular, ventricularHigh: ventricular, fibrillation: 0.02, readability: readability)
    stretches.append(stretch)
    seconds = end
    nextBeat = end
  }

  /// Beats at a rate while a model says how likely atrial fibrillation is.
  package mutating func fibrillation(_ length: Double, probability: Double, rate: Double = 80, quality: Double = 0.9) {
    let start = seconds
    rhythm(length, rate: rate, quality: quality)
    stretches.removeLast()
    var stretch = Stretch(seconds: start...seconds, quality: quality)
    stretch.reading.fibrillation = probability
    stretches.append(stretch)
  }

  /// What a detector finds in the movement of an electrode: beats of changing shape that no class fits.
  package mutating func movement(
    _ length: Double, classes: String = "vNsv", rate: Double, quality: Double = 0.6
  ) {
    let first = beats.count
    beats(classes, length, rate: rate, quality: quality)
    for index in first..<beats.count {
      beats[index].shape = .other
      beats[index].isDoubtful = true
    }
  }

  /// No beat, with electrodes in contact. A trace that is quiet can be read.
  package mutating func silence(_ length: Double, quality: Double = 0.9) {
    let end = seconds + length
    stretches.append(Stretch(seconds: seconds...end, quality: quality))
    seconds = end
    nextBeat = end
  }

  /// An RR interval of exactly `length` seconds.
  package mutating func pause(_ length: Double) {
    guard let last = beats.last, last.second + length > seconds else { return }
    append(last.second + length, isAbnormal: false)
    stretches.append(Stretch(seconds: seconds...(last.second + length + 0.1)))
    seconds = last.second + length + 0.1
    nextBeat = last.second + length + 0.8
  }

  package mutating func leadOff(_ length: Double, _ electrodes: LeadOff = .positive) {
    let end = seconds + length
    stretches.append(Stretch(seconds: seconds...end, quality: 0, leadOff: electrodes))
    seconds = end
    nextBeat = nil
  }

  private mutating func append(_ second: Double, isAbnormal: Bool, quality: Double = 0.9) {
    let isContinuous = nextBeat != nil
    beats.append(
      ScriptedBeat(
        second: second, rr: isContinuous ? beats.last.map { second - $0.second } : nil, isAbnormal: isAbnormal,
        quality: quality))
    nextBeat = second
  }

  /// The findings of every whole chunk, numbered from `firstSequence`.
  package func findings(from firstSequence: UInt64 = 0) -> [Finding] {
    let samples = 187.0
    let count = Int(seconds * 125 / samples)
    var findings: [Finding] = []
    var told = 0
    var abnormal: UInt64 = 0
    for index in 0..<count {
      let start = Double(index) * samples / 125
      let end = start + samples / 125
      let middle = (start + end) / 2
      let stretch = stretches.last { $0.seconds.contains(middle) }
      var due: [BeatFinding] = []
      while told < beats.count, beats[told].second + Self.delaySeconds <= end {
        due.append(Self.finding(beats[told]))
        if beats[told].isAbnormal { abnormal += 1 }
        told += 1
      }
      let recent = beats[..<told].suffix(60).filter { $0.second > end - 10 }.compactMap(\.rr).sorted()
      let rate = recent.count >= 2 ? 60 / recent[recent.count / 2] : nil
      findings.append(
        Finding(
          sequence: firstSequence + UInt64(index), kind: .ecgLeadI, firstSample: UInt64(index) * 187, sampleCount: 187,
          captureTime: Self.epoch + UInt64(start * 1e6), isClockSynchronised: true, leadOff: stretch?.leadOff ?? [],
          quality: stretch?.quality ?? 0.9, beats: due, heartRate: rate, beatCount: UInt64(told),
          abnormalBeatCount: abnormal, receivedAt: Self.epoch + UInt64(end * 1e6),
          rhythm: Self.reading(stretch, at: UInt64(index) * 187)))
    }
    return findings
  }

  private static func reading(_ stretch: Stretch?, at sample: UInt64) -> RhythmReading {
    var reading = stretch?.reading ?? RhythmReading()
    // The model speaks of a beat twenty seconds ago.
    reading.fibrillationPosition = sample - min(sample, 2500)
    return reading
  }

  private static func finding(_ beat: ScriptedBeat) -> BeatFinding {
    BeatFinding(
      position: beat.second * 125, time: epoch + UInt64(beat.second * 1e6),
      rrMilliseconds: beat.rr.map { UInt32(($0 * 1000).rounded()) }, amplitudeMicrovolts: 900,
      abnormalProbability: beat.isDoubtful ? 0.5 : beat.isAbnormal ? 0.97 : 0.02, isAbnormal: beat.isAbnormal,
      beatClass: beat.label, ventricularProbability: beat.ventricular, quality: beat.quality, shape: beat.shape)
  }
}
