import AlertPolicy
import AlertTrials
import Cardio
import Findings
import Foundation
import Inference
import Testing

/// Noise without a heart, from the MIT-BIH Noise Stress Test Database where it is at hand, at 125 Hz in µV.
enum Noise {
  static let folder: URL? = ["../shared/data/nstdb", "data/nstdb"]
    .map { URL(fileURLWithPath: $0, isDirectory: true) }
    .first { FileManager.default.fileExists(atPath: $0.appendingPathComponent("bw.hea").path) }

  static let isAnalysed = Recordings.areAnalysed && folder != nil

  /// `bw`, `ma`, or `em`, which is what `118e00` has more than `118`.
  static func samples(_ name: String, signal: Int) throws -> [Float] {
    let folder = try #require(folder)
    guard name == "em" else { return try digitised(folder, name, signal: signal) }
    let clean = try digitised(try #require(Recordings.folder), "118", signal: signal)
    let difference = zip(try digitised(folder, "118e00", signal: signal), clean).map { $0 - $1 }
    // Two minutes of noise follow two without, from the fifth on; the seconds at both ends may be cut.
    return stride(from: 300, to: 1800, by: 240).flatMap { second in
      difference[(second + 1) * 125..<min(difference.count, (second + 119) * 125)]
    }
  }

  static func digitised(_ folder: URL, _ name: String, signal: Int) throws -> [Float] {
    let record = try WFDBRecord(directory: folder, name: name)
    return try RecordReplay.digitise(record.microvolts(signal: signal), rate: record.header.sampleRate).map(Float.init)
  }

  /// A recording whose fifth minute ends in noise that never ends, at a signal-to-noise ratio as nst(1) defines it: an eighth of the squared
  /// peak-to-peak height of the QRS complexes, over the mean power of the noise in windows of a second.
  static func mixed(_ record: String, _ noise: String, decibels: Float) throws -> [Int16] {
    var signal = try digitised(try #require(Recordings.folder), record, signal: 0)
    let heights = RecordReplay.analyse(signal.map { Int16($0) }).map { beat in
      let complex = beat.window.samples[50..<75]
      return (complex.max() ?? 0) - (complex.min() ?? 0)
    }.sorted()
    let noise = try samples(noise, signal: 0)
    var power: Float = 0
    let seconds = noise.count / 125
    for second in 0..<seconds {
      let window = noise[second * 125..<(second + 1) * 125]
      let mean = window.reduce(0, +) / 125
      power += window.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 125 / Float(seconds)
    }
    let height = heights[heights.count / 2]
    let gain = (height * height / 8 / power / Float(pow(10, Double(decibels) / 10))).squareRoot()
    for index in 300 * 125..<signal.count { signal[index] += gain * noise[index % noise.count] }
    return signal.map { Int16(max(-32_768, min(32_767, $0.rounded()))) }
  }

  static func alerts(_ samples: [Int16]) throws -> [TrialRecord.Alert] {
    let session = try RecordedSession(samples, model: ModelWeights.bundledDefault.loadJudging())
    let unread = AnnotatedRecording(WFDBAnnotations([]), rate: .analysis, seconds: session.seconds)
    return TrialRecord(name: "noise", session: session, annotated: unread, policy: AlertPolicyConfiguration()).alerts
  }
}

@Suite("The default policy on noise, from the samples to the alerts", .enabled(if: Noise.isAnalysed))
struct NoiseGoalTests {
  @Test("baseline wander and muscle without a heart ring as a signal that cannot be read, and as nothing else")
  func withoutHeart() throws {
    for name in ["bw", "ma"] {
      for signal in 0...1 {
        let alerts = try Noise.alerts(Noise.samples(name, signal: signal).map { Int16($0) })
        #expect(alerts.map(\.rule) == [.poorSignal], "\(name), signal \(signal)")
        #expect(alerts.first.map { $0.toldSeconds < 60 } ?? false)
      }
    }
  }

  @Test("electrode motion without a heart does not ring as ventricular fibrillation", arguments: [0, 1])
  func motion(signal: Int) throws {
    let alerts = try Noise.alerts(Noise.samples("em", signal: signal).map { Int16(max(-32_768, min(32_767, $0))) })
    #expect(!alerts.map(\.rule).contains(.ventricularFibrillation))
    #expect(alerts.map(\.rule).contains(.poorSignal))
    // The second signal rings as nothing but unreadable; in the first what looks like a heart falls silent, once.
    if signal == 1 { #expect(Set(alerts.map(\.rule)) == [.poorSignal]) }
    #expect(!alerts.contains { $0.rule == .ventricularRun && $0.severity > .low })
  }

  @Test(
    "noise over a quiet recording rings neither as fibrillation nor as asystole; that it cannot be read is told",
    arguments: ["em", "ma"], [Float(0), -6])
  func over(noise: String, decibels: Float) throws {
    for record in ["100", "103"] {
      let rules = try Noise.alerts(Noise.mixed(record, noise, decibels: decibels)).map(\.rule)
      #expect(!rules.contains(.ventricularFibrillation) && !rules.contains(.asystole), "\(record)")
      #expect(rules.contains(.poorSignal), "\(record)")
    }
  }
}
