import Wire

/// A front end with faults: an electrode that comes off at intervals.
public struct FaultySource: SampleSource {
  /// How long an electrode stays off: 4 s.
  static let leadOffSamples = 500

  private var source: any SampleSource
  private let interval: Int
  private var position = 0

  /// Takes an electrode off `source` for 4 s after every `seconds` seconds.
  public init(_ source: any SampleSource, leadOffEverySeconds seconds: Double) {
    self.source = source
    interval = max(1, Int(seconds * 125))
  }

  /// As the source's.
  public var length: Int? { source.length }

  /// The next stretch, cut at the edges.
  public mutating func next(_ count: Int) -> [SampleBlock] {
    var blocks: [SampleBlock] = []
    var left = count
    while left > 0 {
      let phase = position % (interval + Self.leadOffSamples)
      let isOff = phase >= interval
      let edge = isOff ? interval + Self.leadOffSamples - phase : interval - phase
      let taken = source.next(min(left, edge))
      let duration = taken.reduce(0) { $0 + $1.duration }
      guard duration > 0 else { break }
      for var block in taken {
        if isOff { block.leadOff.insert(.positive) }
        blocks.append(block)
      }
      position += duration
      left -= duration
    }
    return blocks
  }
}
