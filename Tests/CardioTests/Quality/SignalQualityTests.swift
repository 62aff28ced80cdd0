import Cardio
import Foundation
import Testing

@Suite("Signal quality")
struct SignalQualityTests {
  /// The qualities of 30 s of `wave` (µV at a time in seconds) behind the first 3 s.
  private func qualities(_ wave: (Double) -> Double) -> [SignalQuality] {
    var lottery = Lottery(seed: 12)
    let samples = (0..<125 * 30).map { index in
      Int16((wave(Double(index) / 125) + Double(lottery.next() % 9) - 4).rounded())
    }
    return Array(RecordReplay.qualities(samples).dropFirst(2).dropLast())
  }

  private func sinus(_ time: Double, _ amplitude: Double) -> Double {
    let phase = time.truncatingRemainder(dividingBy: 0.8) - 0.4
    return amplitude * exp(-phase * phase / (2 * 0.012 * 0.012))
  }

  @Test("asystole can be read, and shows no complexes")
  func asystole() {
    for quality in qualities({ 20 * sin(2 * .pi * 0.3 * $0) }) {
      #expect(quality.index > 0.9 && !quality.showsComplexes)
      #expect(quality.trouble == nil)
    }
  }

  @Test("ventricular flutter and fibrillation can be read", arguments: [2.5, 4.0, 5.5, 7])
  func fibrillation(frequency: Double) {
    let trace = qualities { time in
      (400 + 150 * sin(2 * .pi * 0.4 * time)) * sin(2 * .pi * frequency * time + 0.8 * sin(2 * .pi * 0.3 * time))
    }
    #expect(trace.allSatisfy { $0.index > 0.5 && !$0.showsComplexes })
    #expect(trace.allSatisfy { $0.coherence > 0.5 })
  }

  @Test("the hum of the mains is heard at its frequency and with its amplitude", arguments: [50, 60])
  func mains(hertz: Int) throws {
    let trace = qualities { sinus($0, 1_000) + 800 * sin(2 * .pi * Double(hertz) * $0 + 1) }
    for quality in trace {
      #expect(quality.mainsHertz == hertz)
      #expect(abs(quality.mainsMicrovolts - 800) < 80)
      #expect(quality.trouble == .mains && quality.index < 0.5)
    }
    #expect(qualities { sinus($0, 1_000) }.allSatisfy { $0.mainsMicrovolts < 60 })
  }

  @Test("each trouble is named")
  func troubles() {
    var lottery = Lottery(seed: 3)
    func noise(_ size: Double) -> Double { size * (Double(lottery.next() % 2_001) / 1_000 - 1) }
    #expect(qualities { sinus($0, 1_000) }.allSatisfy { $0.trouble == nil && $0.index > 0.9 })
    #expect(qualities { sinus($0, 1_000) + noise(900) }.allSatisfy { $0.trouble != nil && $0.index < 0.7 })
    #expect(qualities { sinus($0, 1_000) + 9_000 * sin(2 * .pi * 0.2 * $0) }.contains { $0.trouble == .motion })
    let flat = RecordReplay.qualities([Int16](repeating: 40, count: 1_870))
    #expect(flat.allSatisfy { $0.trouble == .flatLine && $0.index == 0 })
    let railed = RecordReplay.qualities((0..<1_870).map { $0 % 3 == 0 ? .max : 32_100 })
    #expect(railed.allSatisfy { $0.saturatedShare == 1 && $0.index == 0 })
  }
}

@Suite("Quality by errors")
struct QualityEvaluationTests {
  @Test("every beat and detection is counted once, in the bin of its chunk")
  func conservation() throws {
    var patient = SyntheticPatient(preset: .normal, seed: 4)
    let signal = patient.next(125 * 60)
    let samples = signal.microvolts.map { Int16($0.rounded()) }
    // One beat is annotated where there is none.
    var times = signal.beats.map { Int($0.position.rounded()) }
    times.append(times[10] + 45)
    let annotations = WFDBAnnotations(
      times.sorted().map { WFDBAnnotation(sample: $0, code: WFDBAnnotation.Code(rawValue: 1)) })
    var evaluation = QualityEvaluation()
    evaluation.add(samples: samples, annotations: annotations, rate: .analysis)
    let missed = evaluation.byChunk.reduce(0) { $0 + $1.falseNegatives }
    let found = evaluation.byChunk.reduce(0) { $0 + $1.truePositives }
    #expect(missed >= 1 && missed <= 2 && found + missed == times.count)
    #expect(evaluation.byBeat.reduce(0) { $0 + $1.truePositives } == found)
    #expect(evaluation.byChunk.reduce(0) { $0 + $1.chunks } == (samples.count + 186) / 187)
  }
}
