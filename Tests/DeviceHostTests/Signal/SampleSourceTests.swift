import Cardio
import DeviceHost
import Testing
import Wire

@Suite struct SampleSourceTests {
  private func all(_ source: inout some SampleSource, pieces: Int, of size: Int) -> [SampleBlock] {
    (0..<pieces).flatMap { _ in source.next(size) }
  }

  @Test func aRecordEndsOrLoops() {
    let samples = (0..<500).map { Int16($0) }
    var once = RecordSource(samples: samples)
    #expect(all(&once, pieces: 5, of: 187).flatMap(\.samples) == samples)
    #expect(once.next(1).isEmpty && once.length == 500)
    var looping = RecordSource(samples: samples, isLooping: true)
    #expect(all(&looping, pieces: 4, of: 250).flatMap(\.samples) == samples + samples)
    var later = looping.starting(at: 1_100)
    #expect(later.next(2).flatMap(\.samples) == [100, 101] && later.length == nil)
  }

  @Test(arguments: [1, 50, 187, 1_000])
  func anElectrodeComesOffOnTime(piece: Int) {
    var source = FaultySource(
      RecordSource(samples: [Int16](repeating: 5, count: 3_000), isLooping: true), leadOffEverySeconds: 8)
    var flags: [Bool] = []
    while flags.count < 3_000 {
      for block in source.next(min(piece, 3_000 - flags.count)) {
        flags += [Bool](repeating: block.leadOff == .positive, count: block.samples.count)
      }
    }
    let expected = (0..<3_000).map { $0 % 1_500 >= 1_000 }
    #expect(flags == expected)
  }

  @Test func theSyntheticPatientSaysWhenALeadIsOff() {
    var source = SyntheticSource(preset: .leadOff, seed: 1, nanovoltsPerLSB: 1_000)
    let blocks = source.next(125 * 30)
    #expect(blocks.map(\.leadOff) == [[], .positive, []])
    #expect(blocks[1].samples.count == 6 * 125)
    #expect(blocks.reduce(0) { $0 + $1.duration } == 125 * 30)
  }
}

@Suite struct StreamingOptionsTests {
  @Test func captureTimesEndNowWhenARecordingIsPlayedFast() {
    var options = StreamingOptions()
    let now: UInt64 = 1_790_000_000_000_000
    let minute = 60 * 125
    #expect(options.captureOrigin(now: now, samples: minute) == now)
    options.speed = .maximum
    #expect(options.captureOrigin(now: now, samples: minute) == now - 60_000_000)
    options.speed = .times(4)
    #expect(options.captureOrigin(now: now, samples: minute) == now - 45_000_000)
    #expect(options.captureOrigin(now: now, samples: nil) == now)
    #expect(options.dueMicroseconds(of: minute) == 15_000_000)
    // The last sample is taken when it is sealed.
    #expect(now - 45_000_000 + 60_000_000 == now + 15_000_000)
  }
}

@Suite struct PulseSourceTests {
  /// Each beat dips the infrared light by about 2 % and the red by half of that, 0.22 s and the rise of the wave after its R peak.
  @Test func theLightFollowsTheHeart() {
    var patient = SyntheticPatient(preset: .normal, seed: 3)
    let beats = patient.next(125 * 20).beats.map(\.position)
    var source = PulseSource(preset: .normal, seed: 3)
    var red: [Int16] = []
    var infrared: [Int16] = []
    for piece in [1, 186, 1_000, 1_313] {
      let light = source.next(piece)
      red += light.red
      infrared += light.infrared
    }
    #expect(red.count == 2_500 && infrared.count == 2_500)
    for beat in beats.dropFirst().dropLast(2) {
      let foot = Int(beat) + 20
      let dark = infrared[foot..<foot + 60].indices.min { infrared[$0] < infrared[$1] }!  // 60 samples, never empty
      #expect((30...62).contains(dark - Int(beat)), "\(beat): darkest after \(dark - Int(beat)) samples")
      let depth = Double(infrared[foot] - infrared[dark]) / Double(infrared[foot])
      let redDepth = Double(red[foot] - red[dark]) / Double(red[foot])
      #expect((0.012...0.026).contains(depth) && (0.35...0.65).contains(redDepth / depth), "\(depth) \(redDepth)")
    }
  }

  /// An ectopic beat that comes before the ventricle has filled hardly reaches the finger.
  @Test func anEarlyBeatHasASmallPulse() {
    var pulse = SyntheticPulse(seed: 1)
    let piece = pulse.next(500, beats: [50, 150, 190, 310])
    let depths = [150, 190, 310].map { beat -> Float in
      let foot = piece.infrared[beat + 26]
      return foot - piece.infrared[beat + 30..<beat + 62].min()!  // 32 samples, never empty
    }
    #expect(depths[1] < 0.5 * depths[0] && depths[2] > 1.5 * depths[1])
  }
}
