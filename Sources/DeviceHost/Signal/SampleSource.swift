public import Wire

/// Consecutive samples as the converter gives them, or the news that there were none.
public struct SampleBlock: Sendable, Equatable {
  /// Converter values of one channel.
  public var samples: [Int16]
  /// Which electrodes are off, for all of them.
  public var leadOff: LeadOff
  /// Samples that were never taken, before `samples`.
  public var lostBefore: UInt64

  /// A stretch of samples.
  public init(samples: [Int16], leadOff: LeadOff = [], lostBefore: UInt64 = 0) {
    self.samples = samples
    self.leadOff = leadOff
    self.lostBefore = lostBefore
  }

  /// The sampling intervals that it covers.
  public var duration: Int { samples.count + Int(lostBefore) }
}

/// A front end: what the electrodes and the converter give, at 125 Hz.
public protocol SampleSource: Sendable {
  /// Blocks that cover the next `count` sampling intervals together; fewer at the end of the recording, none behind it.
  mutating func next(_ count: Int) -> [SampleBlock]
  /// Sampling intervals in all; `nil` where the source has no end.
  var length: Int? { get }
}

/// Converts microvolts to converter values, clipping as a converter does.
struct Quantiser: Sendable {
  let nanovoltsPerLSB: UInt32

  func callAsFunction(_ microvolts: Float) -> Int16 {
    let value = (microvolts * 1_000 / Float(nanovoltsPerLSB)).rounded()
    return Int16(max(-32_768, min(32_767, value.isFinite ? value : 0)))
  }
}
