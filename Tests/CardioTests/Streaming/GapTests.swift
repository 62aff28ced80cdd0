import Cardio
import Testing

@Suite("Gaps and lead-off")
struct GapTests {
  @Test("a jump of the first sample is a gap: no beat in it, no RR interval across it")
  func jump() {
    let samples = ECGStreamTests.samples(.normal, seconds: 60)
    var stream = ECGStream()
    var beats = stream.process(
      samples.span.extracting(0..<3_000), nanovoltsPerLSB: 1_000, firstSample: 0, leadOff: false
    ).beats
    let output = stream.process(
      samples.span.extracting(4_000..<7_500), nanovoltsPerLSB: 1_000, firstSample: 4_000, leadOff: false)
    #expect(output.gaps == [SignalGap(firstSample: 3_000, count: 1_000, reason: .missing)])
    beats += output.beats + stream.finish().beats
    #expect(!beats.contains { (3_000..<4_000).contains($0.beat.position) })
    let before = beats.last { $0.beat.position < 3_000 }
    let after = beats.first { $0.beat.position >= 4_000 }
    #expect(before?.nextRR == nil && before?.previousRR != nil)
    #expect(after?.previousRR == nil && after?.nextRR != nil)
    #expect(beats.count > 60)
  }

  @Test("behind a gap the analysis is that of a session that begins there")
  func restart() {
    let samples = ECGStreamTests.samples(.pvc, seconds: 60)
    var stream = ECGStream()
    _ = stream.process(samples.span.extracting(0..<2_000), nanovoltsPerLSB: 1_000, firstSample: 0, leadOff: false)
    var beats = stream.process(
      samples.span.extracting(3_000..<7_500), nanovoltsPerLSB: 1_000, firstSample: 3_000, leadOff: false
    ).beats.filter { $0.beat.position >= 3_000 }
    beats += stream.finish().beats
    #expect(beats == ECGStreamTests.beats(Array(samples[3_000...]), cuts: [], first: 3_000))
  }

  @Test("a session that does not begin at sample 0 begins with a gap")
  func lateStart() {
    var stream = ECGStream()
    let output = stream.process([1, 2, 3], nanovoltsPerLSB: 1_000, firstSample: 374, leadOff: false)
    #expect(output.gaps == [SignalGap(firstSample: 0, count: 374, reason: .missing)])
  }

  @Test("repeated and overlapping samples change nothing and are counted")
  func stale() {
    let samples = ECGStreamTests.samples(.normal, seconds: 30)
    let whole = ECGStreamTests.beats(samples, cuts: [])
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    for start in stride(from: 0, to: samples.count, by: 125) {
      let from = max(0, start - 60)
      let output = stream.process(
        samples.span.extracting(from..<start + 125), nanovoltsPerLSB: 1_000, firstSample: UInt64(from), leadOff: false)
      #expect(output.staleSamples == start - from)
      #expect(output.gaps.isEmpty)
      beats += output.beats
    }
    let before = stream
    let old = stream.process(
      samples.span.extracting(0..<187), nanovoltsPerLSB: 1_000, firstSample: 0, leadOff: true)
    #expect(old.staleSamples == 187 && old.beats.isEmpty && old.gaps.isEmpty)
    #expect(stream == before)
    #expect(beats + stream.finish().beats == whole)
  }

  @Test("while an electrode is off there is no beat; behind it beats are found again within three seconds")
  func leadOff() throws {
    var patient = SyntheticPatient(preset: .leadOff, seed: 5)
    var stream = ECGStream()
    var beats: [SegmentedBeat] = []
    var truth: [SyntheticBeat] = []
    var off = 0
    for _ in 0..<400 {
      let piece = patient.next(25)
      let isOff = piece.isLeadOff.contains(true)
      let output = stream.process(
        piece.microvolts.map { Int16($0.rounded()) }, nanovoltsPerLSB: 1_000,
        firstSample: UInt64(piece.firstSample), leadOff: isOff)
      #expect(output.isLeadOff == isOff)
      if isOff {
        off += 25
        #expect(output.gaps.last?.reason == .leadOff)
        #expect(output.signalQuality == .unusable)
      }
      beats += output.beats
      truth += piece.beats
    }
    beats += stream.finish().beats
    #expect(off > 1_400)
    let comparison = BeatComparison(
      reference: truth.map { $0.position / 125 }, detected: beats.map(\.beat.seconds))
    #expect(comparison.falsePositives == 0)
    #expect(comparison.falseNegatives <= 1)
    let back = try #require(beats.first { $0.beat.seconds > 26 })
    #expect(back.beat.seconds < 29)
    #expect(back.previousRR == nil)
  }
}
