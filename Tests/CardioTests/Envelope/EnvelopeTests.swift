import Cardio
import Testing

@Suite("Minimum and maximum at every zoom")
struct EnvelopeTests {
  /// Made of a generator with a seed: runs with gaps between them.
  private static func runs(seed: UInt64, count: Int) -> [(from: Int, samples: [Int16])] {
    var generator = Lottery(seed: seed)
    var place = Int.random(in: 0...40, using: &generator)
    return (0..<count).map { _ in
      let samples = (0..<Int.random(in: 1...187, using: &generator)).map { _ in
        Int16.random(in: .min ... .max, using: &generator)
      }
      defer {
        place +=
          samples.count
          + (Int.random(in: 0...9, using: &generator) == 0 ? Int.random(in: 1...900, using: &generator) : 0)
      }
      return (place, samples)
    }
  }

  /// What an envelope must say, sample by sample.
  private static func check(_ envelope: Envelope, against samples: [Int: Int16], from: Int, count: Int, points: Int) {
    #expect(envelope.bucketCount <= points)
    #expect(envelope.from <= from && envelope.from + envelope.count >= from + count)
    #expect(envelope.from % envelope.bucketSamples == 0 && envelope.count / envelope.bucketSamples <= points)
    var covered: Set<Int> = []
    for piece in envelope.pieces {
      #expect(piece.minimum.count == piece.maximum.count)
      for (index, (low, high)) in zip(piece.minimum, piece.maximum).enumerated() {
        let start = piece.from + index * envelope.bucketSamples
        let held = (start..<start + envelope.bucketSamples).compactMap { samples[$0] }
        #expect(held.min() == low && held.max() == high)
        #expect(covered.insert(start).inserted)
        // Only a piece's first bucket may begin behind a missing sample.
        if index > 0 {
          #expect(samples[start - 1] != nil && samples[start] != nil)
          #expect((start..<start + envelope.bucketSamples).allSatisfy { samples[$0] != nil || samples[$0 + 1] == nil })
        }
      }
    }
    for start in stride(from: envelope.from, to: envelope.from + envelope.count, by: envelope.bucketSamples) {
      let isMeasured = (start..<start + envelope.bucketSamples).contains { samples[$0] != nil }
      #expect(covered.contains(start) == isMeasured)
    }
  }

  @Test("every bucket holds the least and the greatest of its samples, at any zoom", arguments: 1...6)
  func pyramid(seed: UInt64) {
    let runs = Self.runs(seed: seed, count: 120)
    var pyramid = EnvelopePyramid()
    var samples: [Int: Int16] = [:]
    for run in runs {
      let isTaken = pyramid.append(run.samples, at: run.from)
      #expect(isTaken)
      for (index, sample) in run.samples.enumerated() { samples[run.from + index] = sample }
    }
    for (from, count, points) in [
      (0, pyramid.end, 2), (0, pyramid.end, 100), (777, 6000, 333), (5000, 40_000, 64), (0, 65_536, 4096),
    ] {
      Self.check(
        pyramid.envelope(from: from, count: count, points: points), against: samples, from: from, count: count,
        points: points)
    }
  }

  @Test("samples themselves where a pixel is not wider than one", arguments: 1...6)
  func exact(seed: UInt64) {
    let runs = Self.runs(seed: seed, count: 20)
    var samples: [Int: Int16] = [:]
    for run in runs { for (index, sample) in run.samples.enumerated() { samples[run.from + index] = sample } }
    let end = (runs.last?.from ?? 0) + 200
    for points in [end, end / 2, end / 7] {
      // Only what was asked for goes in.
      let envelope = Envelope(runs: runs, from: 0, count: end, points: points)
      Self.check(envelope, against: samples, from: 0, count: end, points: points)
    }
    let envelope = Envelope(runs: runs, from: 100, count: 500, points: 500)
    #expect(envelope.bucketSamples == 1 && envelope.pieces.allSatisfy { $0.minimum == $0.maximum })
    #expect(envelope.pieces.flatMap(\.minimum) == (100..<600).compactMap { samples[$0] })
  }

  @Test("a counter that runs away, or back, fills nothing")
  func bounds() {
    var pyramid = EnvelopePyramid()
    #expect(pyramid.append([1, 2, 3], at: 10) == true)
    #expect(pyramid.append([1], at: 12) == false)
    #expect(pyramid.append([1], at: EnvelopePyramid.sampleLimit) == false)
    #expect(pyramid.append([1], at: EnvelopePyramid.sampleLimit - 1) == true)
    #expect(pyramid.byteCount < 16 << 20)
  }
}
