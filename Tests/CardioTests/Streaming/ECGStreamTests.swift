import Cardio
import Foundation
import Testing

@Suite("ECG stream")
struct ECGStreamTests {
  /// Two minutes of every synthetic patient who is wearing the sensor, in µV as converter values.
  static func samples(_ preset: SyntheticPatient.Preset, seed: UInt64 = 1, seconds: Int = 120) -> [Int16] {
    var patient = SyntheticPatient(preset: preset, seed: seed)
    return patient.next(125 * seconds).microvolts.map { Int16($0.rounded()) }
  }

  /// All beats of `samples`, cut at `cuts`.
  static func beats(_ samples: [Int16], cuts: [Int], first: UInt64 = 0) -> [SegmentedBeat] {
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    for (start, end) in zip([0] + cuts, cuts + [samples.count]) {
      let output = stream.process(
        samples.span.extracting(start..<end), nanovoltsPerLSB: 1_000, firstSample: first + UInt64(start), leadOff: false
      )
      beats += output.beats
    }
    return beats + stream.finish().beats
  }

  @Test("any cutting of the signal gives the same beats to the bit", arguments: SyntheticPatient.Preset.allCases)
  func chunkInvariance(preset: SyntheticPatient.Preset) {
    let samples = Self.samples(preset, seconds: 60)
    let whole = Self.beats(samples, cuts: [])
    #expect(whole.count > 30)
    var lottery = Lottery(seed: 11)
    for round in 0..<12 {
      let pieces = [1, 3, 40, 187, 700][round % 5] + Int(lottery.next() % 60)
      var cuts: [Int] = []
      var place = 0
      while true {
        place += 1 + Int(lottery.next() % UInt64(pieces))
        if place >= samples.count { break }
        cuts.append(place)
      }
      #expect(Self.beats(samples, cuts: cuts) == whole)
    }
    #expect(Self.beats(samples, cuts: Array(1..<samples.count)) == whole)
  }

  @Test("a stream that is encoded and decoded anywhere goes on as if it had not been")
  func checkpoints() throws {
    let samples = Self.samples(.pvc, seconds: 60)
    let whole = Self.beats(samples, cuts: [])
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    var start = 0
    while start < samples.count {
      let end = min(start + 187, samples.count)
      beats +=
        stream.process(
          samples.span.extracting(start..<end), nanovoltsPerLSB: 1_000, firstSample: UInt64(start), leadOff: false
        ).beats
      let checkpoint = try JSONEncoder().encode(stream)
      #expect(checkpoint.count < 12_288)
      let restored = try JSONDecoder().decode(ECGStream.self, from: checkpoint)
      #expect(restored == stream)
      stream = restored
      start = end
    }
    beats += stream.finish().beats
    #expect(beats == whole)
  }

  @Test("a copy is a checkpoint")
  func copies() {
    let samples = Self.samples(.normal, seconds: 20)
    var stream = ECGStream()
    _ = stream.process(samples.span.extracting(0..<1_500), nanovoltsPerLSB: 1_000, firstSample: 0, leadOff: false)
    var copy = stream
    let first = stream.process(
      samples.span.extracting(1_500..<2_500), nanovoltsPerLSB: 1_000, firstSample: 1_500, leadOff: false)
    let second = copy.process(
      samples.span.extracting(1_500..<2_500), nanovoltsPerLSB: 1_000, firstSample: 1_500, leadOff: false)
    #expect(first == second)
    #expect(stream == copy)
  }

  @Test("a window holds 187 samples with the R peak in its place")
  func windows() throws {
    for beat in Self.beats(Self.samples(.normal), cuts: []).dropFirst().dropLast(2) {
      let samples = beat.window.samples
      #expect(samples.count == BeatWindow.count)
      let peak = try #require((22..<102).max { samples[$0] < samples[$1] })
      #expect(peak == BeatWindow.rIndex)
      #expect(samples[peak] == beat.beat.amplitude.rawValue)
      #expect(beat.window.minMaxScaled.min() == 0)
      #expect(beat.window.minMaxScaled.max() == 1)
    }
  }

  @Test("R peaks lie where they are, to a fraction of a sample", arguments: [0.0, 0.25, 0.5, 0.8])
  func subSample(shift: Double) {
    var samples = [Int16](repeating: 0, count: 125 * 20)
    let places = stride(from: 200.0 + shift, to: 2_300, by: 100).map { $0 }
    for place in places {
      for index in Int(place) - 12...Int(place) + 12 {
        let distance = (Double(index) - place) / 1.8
        samples[index] += Int16((1_200 * exp(-distance * distance / 2)).rounded())
      }
    }
    let found = Self.beats(samples, cuts: []).map(\.beat.position)
    #expect(found.count == places.count)
    for (beat, place) in zip(found, places) { #expect(abs(beat - place) < 0.1) }
  }

  @Test("RR intervals lead from beat to beat")
  func intervals() throws {
    let beats = Self.beats(Self.samples(.normal), cuts: [])
    #expect(beats.first?.previousRR == nil)
    for (first, second) in zip(beats, beats.dropFirst()) {
      let rr = (second.beat.position - first.beat.position) / 125
      let previous = try #require(second.previousRR)
      let next = try #require(first.nextRR)
      #expect(abs(previous - rr) < 1e-9 && abs(next - rr) < 1e-9)
      #expect(second.beat.rrSeconds == second.previousRR)
    }
    #expect(beats.last?.nextRR == nil)
  }

  @Test("a beat is told at most five seconds behind its R peak")
  func delay() {
    for preset in SyntheticPatient.Preset.allCases {
      let samples = Self.samples(preset)
      var stream = ECGStream()
      var start = 0
      while start < samples.count {
        let end = min(start + 25, samples.count)
        let output = stream.process(
          samples.span.extracting(start..<end), nanovoltsPerLSB: 1_000, firstSample: UInt64(start), leadOff: false)
        for beat in output.beats { #expect(Double(end) - beat.beat.position < 5 * 125) }
        start = end
      }
    }
  }
}
