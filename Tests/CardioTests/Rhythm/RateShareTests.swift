import Cardio
import Foundation
import Testing

@Suite("How much of a waveform swings at the rates of a ventricular rhythm")
struct RateShareTests {
  /// Samples at 62.5 Hz of a sum of sinusoids: frequency in Hz and amplitude in µV.
  private func share(_ waves: [(Double, Double)]) -> Float {
    let signal = (0..<WaveformFeatures.window).map { index in
      Float(waves.reduce(0.0) { $0 + $1.1 * sin(2 * .pi * $1.0 * Double(index) / 62.5 + 0.4) })
    }
    return signal.withUnsafeBufferPointer { RateShare.measure($0) }
  }

  @Test("tachycardia, flutter and fibrillation do, drift and muscle do not")
  func rates() {
    for hertz in [2.5, 3, 4.5, 6, 9] { #expect(share([(hertz, 300)]) > 0.95, "\(hertz) Hz") }
    for hertz in [0.5, 0.8, 1, 1.3, 20, 28] { #expect(share([(hertz, 300)]) < 0.05, "\(hertz) Hz") }
    #expect(share([(4, 300), (0.7, 290)]) > RateShare.limit)
    #expect(share([(4, 300), (0.7, 330)]) < RateShare.limit)
    #expect(share([]) == 0)
  }

  @Test("drift, to which the network gives a ventricular rhythm, is none to the detector")
  func drift() {
    func longest(_ hertz: Double) -> Float {
      var detector = WaveformDetector()
      var events: [RhythmEvent] = []
      var highest: Float = -100
      let samples = (0..<125 * 30).map { index in
        Int16(400 * sin(2 * .pi * hertz * Double(index) / 125) + 60 * sin(2 * .pi * 0.37 * hertz * Double(index) / 125))
      }
      var start = 0
      while start < samples.count {
        let end = min(samples.count, start + detector.untilJudgement)
        if detector.take(samples.span, from: start, to: end, scale: 1) {
          detector.judge(stretchStart: 0, into: &events)
          highest = max(highest, detector.highest ?? highest)
        }
        start = end
      }
      return highest
    }
    #expect(longest(4) >= WaveformDetector.on)
    #expect(longest(0.8) < WaveformDetector.off)
  }
}
