/// The band-pass of the analysis for strips on a page: same coefficients, own state, whole arrays.
public struct DisplayFilter: Hashable, Sendable, Codable {
  private var filter = BandPassFilter()

  /// A filter that settles on its first sample.
  public init() {}

  /// Filters the next samples (µV at 125 Hz).
  public mutating func process(_ microvolts: [Float]) -> [Float] {
    microvolts.map { filter.process($0) }
  }

  /// Filters the next samples of a chunk: converter values of `nanovoltsPerLSB` nV each.
  public mutating func process(_ samples: [Int16], nanovoltsPerLSB: UInt32) -> [Float] {
    let scale = Float(nanovoltsPerLSB) / 1000
    return samples.map { filter.process(Float($0) * scale) }
  }

  /// Forgets the past, as behind a gap.
  public mutating func restart() {
    filter.restart()
  }
}
