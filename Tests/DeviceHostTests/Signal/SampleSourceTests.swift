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
