import Cardio
import Foundation
import Inference
import Testing

@Suite struct BeatDatasetTests {
  /// Two minutes at 250 Hz with a narrow upright deflection every second, and where they are.
  static func recording(beats: Int = 120) -> (microvolts: [Float], peaks: [Int]) {
    let peaks = (0..<beats).map { 125 + 250 * $0 }
    var signal = [Float](repeating: 0, count: 250 * beats)
    for peak in peaks {
      for offset in -20...20 {
        let seconds = Double(offset) / 250
        signal[peak + offset] = Float(1000 * exp(-pow(seconds / 0.012, 2)))
      }
    }
    return (signal, peaks)
  }

  private func rate() throws -> SampleRate { try #require(SampleRate(hertz: 250)) }

  @Test func beatsAreMatchedWithTheirAnnotations() throws {
    let (signal, peaks) = Self.recording()
    let annotations = peaks.enumerated().map {
      (sample: $1 + ($0 % 5) - 2, beatClass: $0 % 10 == 3 ? BeatClass.ventricular : .normal)
    }
    var dataset = BeatDataset(isScaled: false)
    let contribution = try dataset.add(
      record: "made", microvolts: signal, rate: rate(), annotations: annotations)
    #expect(contribution.beats.reduce(0, +) + contribution.missed == peaks.count)
    // The detector learns the signal in its first seconds.
    #expect(contribution.missed <= 8)
    #expect(contribution.beats[BeatClass.ventricular.index] >= 11)
    #expect(dataset.count == contribution.beats.reduce(0, +))
  }

  @Test func whatHasNoPartnerIsCountedAndLeftOut() throws {
    let (signal, peaks) = Self.recording()
    var dataset = BeatDataset(isScaled: false)
    let nowhere = peaks.map { (sample: $0 + 125, beatClass: BeatClass.normal) }
    let contribution = try dataset.add(record: "a", microvolts: signal, rate: rate(), annotations: nowhere)
    #expect(contribution.missed == peaks.count)
    #expect(contribution.unconfirmed > 100)
    #expect(dataset.count == 0)
  }

  @Test(arguments: [false, true]) func theFileHoldsWhatTheAnalysisCuts(isScaled: Bool) throws {
    let (signal, peaks) = Self.recording(beats: 60)
    let annotations = peaks.map { (sample: $0, beatClass: BeatClass.normal) }
    var dataset = BeatDataset(isScaled: isScaled)
    try dataset.add(record: "a", microvolts: signal, rate: rate(), annotations: annotations)
    try dataset.add(record: "b", microvolts: signal.map(-), rate: rate(), annotations: annotations)
    let bytes = [UInt8](dataset.safetensors(metadata: ["database": "made \"here\"\n"]).encoded())
    let file = try SafetensorsFile(bytes: bytes)
    #expect(file.metadata["records"] == "a,b")
    #expect(file.metadata["database"] == "made \"here\"\n")
    #expect(file.metadata["window_unit"] == (isScaled ? "min-max" : "microvolt"))
    let windows = try file.floats("windows", shape: [dataset.count, 187])
    let expected = RecordReplay.analyse(try RecordReplay.digitise(signal, rate: rate()))
    // The first confirmed beat of the first record is the first row.
    let first = try #require(
      expected.first { beat in peaks.contains { abs(Double($0) / 250 - beat.beat.seconds) <= 0.15 } })
    #expect(Array(windows[..<187]) == (isScaled ? first.window.minMaxScaled : first.window.samples))
    for name in ["labels", "record", "r_position", "previous_rr", "next_rr", "quality"] {
      #expect(file.tensors[name]?.shape == [dataset.count], "\(name)")
    }
  }

  @Test func patientSetsAreDisjointAndFreeOfPacedRecords() {
    let (first, second) = (Set(PatientSplit.ds1.records), Set(PatientSplit.ds2.records))
    #expect(first.count == 22 && second.count == 22)
    #expect(first.isDisjoint(with: second))
    #expect(first.union(second).isDisjoint(with: ["102", "104", "107", "217"]))
  }
}
