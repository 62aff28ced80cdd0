import Cardio
import Foundation
import Testing

@Suite("The median beat and its intervals")
struct MorphologyTests {
  /// A wave: amplitude in µV, place in ms from the R peak, standard deviation in ms.
  private typealias Wave = (amplitude: Double, place: Double, width: Double)
  private static let sinus: [Wave] = [
    (120, -165, 20), (-110, -28, 9), (1150, 0, 11.5), (-240, 30, 11), (290, 290, 45),
  ]

  private static func beat(_ waves: [Wave], noise: Float = 0, seed: UInt64 = 1) -> AlignedBeat {
    var generator = Lottery(seed: seed)
    let samples = (0..<AlignedBeat.count).map { index -> Float in
      let time = Double(index - AlignedBeat.before) * 8
      let value = waves.reduce(0.0) { sum, wave in
        sum + wave.amplitude * exp(-pow((time - wave.place) / wave.width, 2) / 2)
      }
      return Float(value) + (noise > 0 ? .random(in: -noise...noise, using: &generator) : 0)
    }
    // Of the right number, and finite.
    return AlignedBeat(samples: samples)!
  }

  private static func intervals(_ waves: [Wave], rr: Double? = 800, noise: Float = 0) throws -> BeatIntervals {
    let beats = (0..<16).map { beat(waves, noise: noise, seed: UInt64($0) + 1) }
    return BeatIntervals(of: try #require(MedianBeat(beats)), rrMilliseconds: rr)
  }

  @Test("a sinus beat's intervals are those of its waves", arguments: [0, 15] as [Float])
  func sinus(noise: Float) throws {
    let measured = try Self.intervals(Self.sinus, noise: noise)
    // A Gaussian's tangent at its steepest point meets the level two standard deviations from its middle.
    let pr = try #require(measured.pr)
    let qrs = try #require(measured.qrs)
    let qt = try #require(measured.qt)
    // The complex: from some 25 ms before the Q wave's middle to some 30 ms behind the S wave's.
    #expect((90...125).contains(qrs))
    let onset = pr - 165 - 40
    #expect((-56 ... -38).contains(onset))
    #expect(abs(qt - (290 + 90 - onset)) < 12)
    let qtc = try #require(measured.qtc)
    #expect(abs(qtc - qt / pow(0.8, 1.0 / 3)) < 0.01)
  }

  @Test("a wide complex is wide, an inverted T wave ends where it ends")
  func wide() throws {
    let normal = try Self.intervals(Self.sinus)
    let wide = try Self.intervals(
      Self.sinus.map { $0.place.magnitude < 100 ? ($0.amplitude, $0.place * 2, $0.width * 2) : $0 })
    #expect((wide.qrs ?? 0) > 1.5 * (normal.qrs ?? 0))
    let inverted = try Self.intervals(Self.sinus.map { $0.place > 100 ? (-$0.amplitude, $0.place, $0.width) : $0 })
    #expect(abs((inverted.qt ?? 0) - (normal.qt ?? 0)) < 12)
  }

  @Test("what is not there is not measured")
  func absent() throws {
    let noP = try Self.intervals(Self.sinus.filter { $0.place > -100 }, noise: 10)
    #expect(noP.pr == nil && noP.qrs != nil && noP.qt != nil)
    let noT = try Self.intervals(Self.sinus.filter { $0.place < 100 }, noise: 10)
    #expect(noT.qt == nil && noT.qtc == nil && noT.pr != nil)
    let flat = try Self.intervals([(60, 0, 12)])
    #expect(flat.qrs == nil && flat.pr == nil)
    #expect(try Self.intervals(Self.sinus, rr: nil).qtc == nil)
    let few = try #require(MedianBeat((0..<7).map { _ in Self.beat(Self.sinus) }))
    #expect(BeatIntervals(of: few, rrMilliseconds: 800).qrs == nil)
    #expect(MedianBeat([Self.beat(Self.sinus), Self.beat(Self.sinus)]) == nil)
  }

  @Test("one strange beat of many moves neither the median nor the intervals")
  func robust() throws {
    let beats = (0..<11).map { _ in Self.beat(Self.sinus) } + [Self.beat([(-2000, 0, 40)])]
    let median = try #require(MedianBeat(beats))
    #expect(median.median == Self.beat(Self.sinus).samples)
    #expect(median.low == median.median && median.high == median.median)
  }

  @Test("beats are aligned to a fraction of a sample; half a beat is none")
  func alignment() throws {
    for part in [0.0, 0.25, 0.5, 0.9] {
      let signal = (0..<400).map { index -> Int16 in
        let time = (Double(index) - 200 - part) * 8
        return Int16((1000 * exp(-pow(time / 14, 2) / 2)).rounded())
      }
      let beat = try #require(AlignedBeat(signal, first: 1000, position: 1200 + part))
      let peak = try #require(beat.samples.indices.max { beat.samples[$0] < beat.samples[$1] })
      #expect(peak == AlignedBeat.before)
      #expect(abs(beat.samples[peak - 1] - beat.samples[peak + 1]) < 30)
      #expect(AlignedBeat(signal, first: 1000, position: 1045.0 + part) == nil)
      #expect(AlignedBeat(signal, first: 1000, position: 1330) == nil)
      #expect(AlignedBeat(signal, first: 1000, position: .nan) == nil)
    }
  }
}
