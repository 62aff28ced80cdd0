import Cardio
import Foundation

/// A WFDB record as the electrodes' signal, through the anti-alias filter that the converter's path has.
public struct RecordSource: SampleSource {
  private let samples: [Int16]
  private let isLooping: Bool
  private var position = 0

  /// Reads one signal of a record and resamples it to 125 Hz.
  /// - Parameters:
  ///   - path: the record without its ending, as WFDB names it (`data/mitdb/100`).
  ///   - signal: which signal of the record, from 0.
  ///   - isLooping: whether it begins again at its end.
  ///   - nanovoltsPerLSB: resolution of the simulated converter.
  public init(
    path: String, signal: Int, isLooping: Bool, nanovoltsPerLSB: UInt32
  ) throws(DeviceError) {
    let url = URL(fileURLWithPath: path)
    var record: [Float]
    do {
      let name = url.pathExtension == "hea" ? url.deletingPathExtension().lastPathComponent : url.lastPathComponent
      let wfdb = try WFDBRecord(directory: url.deletingLastPathComponent(), name: name)
      let microvolts = try wfdb.microvolts(signal: signal)
      record = try Resampler.resample(microvolts, from: wfdb.header.sampleRate)
    } catch {
      throw DeviceError(.invalidInput, "record \(path): \(error)")
    }
    guard !record.isEmpty else { throw DeviceError(.invalidInput, "record \(path) has no samples") }
    let quantiser = Quantiser(nanovoltsPerLSB: nanovoltsPerLSB)
    self.init(samples: record.map { quantiser($0) }, isLooping: isLooping)
  }

  /// Plays converter values.
  public init(samples: [Int16], isLooping: Bool = false) {
    self.samples = samples
    self.isLooping = isLooping
  }

  /// The same samples from another place, so that a fleet does not beat in time.
  public func starting(at sample: Int) -> RecordSource {
    var copy = self
    copy.position = samples.isEmpty ? 0 : sample % samples.count
    return copy
  }

  /// Its length; `nil` when it loops.
  public var length: Int? { isLooping ? nil : samples.count }

  /// Samples from the beginning to the end, looping or not.
  public var sampleCount: Int { samples.count }

  /// The next stretch.
  public mutating func next(_ count: Int) -> [SampleBlock] {
    var taken: [Int16] = []
    taken.reserveCapacity(count)
    while taken.count < count, position < samples.count {
      let end = min(samples.count, position + count - taken.count)
      taken += samples[position..<end]
      position = end == samples.count && isLooping ? 0 : end
    }
    return taken.isEmpty ? [] : [SampleBlock(samples: taken)]
  }
}
