/// The two signals of the analysis at once, streaming: the band-pass of ``BandPassFilter``, and of that the QRS band.
///
/// The same sections as ``BandPassFilter`` and, behind them, a Butterworth band of order 2 + 2 at 12–27 Hz, where QRS
/// complexes have energy and P and T waves have little. The section at 0.5 Hz, whose poles lie within 2 % of the unit
/// circle, works in double precision; the four behind it work side by side in one vector of single precision. Each of
/// them takes what its neighbour gave one sample ago, so none waits for another: an output appears ``bandLag`` or
/// ``qrsLag`` samples late, and is otherwise that of the sections one behind the other.
struct AnalysisFilter: Hashable, Sendable, Codable {
  /// The lane of the band-passed output, and of the QRS band's.
  static let bandLane = 1
  static let qrsLane = 3
  /// Samples by which the band-passed output of a step lies behind its input.
  static let bandLag = 1
  /// Samples by which the QRS band of a step lies behind its input.
  static let qrsLag = 3
  /// The QRS band, in Hz.
  private static let lowCorner = 12.0
  private static let highCorner = 27.0

  /// The coefficients, to be held in registers over a block of samples.
  struct Coefficients: Sendable {
    let high: ButterworthSection
    let b0: SIMD4<Float>
    let b1: SIMD4<Float>
    let b2: SIMD4<Float>
    let a1: SIMD4<Float>
    let a2: SIMD4<Float>
  }

  static let coefficients: Coefficients = {
    let rate = SampleRate.analysis.hertz
    let quality = ButterworthSection.qualities(order: 2)[0]
    let sections = BandPassFilter.sections
    let lanes = [
      sections[1], sections[2], .highPass(corner: lowCorner, quality: quality, rate: rate),
      .lowPass(corner: highCorner, quality: quality, rate: rate),
    ]
    func lane(_ value: (ButterworthSection) -> Double) -> SIMD4<Float> {
      SIMD4(lanes.map { Float(value($0)) })
    }
    return Coefficients(
      high: sections[0], b0: lane(\.b0), b1: lane(\.b1), b2: lane(\.b2), a1: lane(\.a1), a2: lane(\.a2))
  }()

  private var high1 = 0.0
  private var high2 = 0.0
  private var output = SIMD4<Float>.zero
  private var state1 = SIMD4<Float>.zero
  private var state2 = SIMD4<Float>.zero

  /// A filter in the state that an endless input of `microvolts` would have left: all outputs are zero.
  init(settledAt microvolts: Float) {
    let section = AnalysisFilter.coefficients.high
    let x = Double(microvolts)
    high2 = section.b2 * x
    high1 = section.b1 * x + high2
  }

  /// Filters samples in µV; writes for each the outputs of the four lanes, of which ``bandLane`` and ``qrsLane`` count.
  mutating func run(_ microvolts: UnsafeBufferPointer<Float>, into outputs: UnsafeMutableBufferPointer<SIMD4<Float>>) {
    let c = AnalysisFilter.coefficients
    // Copies, so that the state stays in registers.
    var (high1, high2) = (self.high1, self.high2)
    var (output, state1, state2) = (self.output, self.state1, self.state2)
    for index in microvolts.indices {
      let x = Double(microvolts[index])
      let y = c.high.b0 * x + high1
      high1 = (c.high.b1 * x + high2) - c.high.a1 * y
      high2 = c.high.b2 * x - c.high.a2 * y
      let input = SIMD4(Float(y), output[0], output[1], output[2])
      output = c.b0 * input + state1
      state1 = (c.b1 * input + state2) - c.a1 * output
      state2 = c.b2 * input - c.a2 * output
      outputs[index] = output
    }
    (self.high1, self.high2) = (high1, high2)
    (self.output, self.state1, self.state2) = (output, state1, state2)
  }

  /// The band-passed signal of a whole recording, to the bit as the live analysis sees it; µV in and out.
  static func band(_ microvolts: [Float]) -> [Float] {
    guard let first = microvolts.first, let last = microvolts.last else { return [] }
    var filter = AnalysisFilter(settledAt: first)
    let input = microvolts + [Float](repeating: last, count: bandLag)
    return withUnsafeTemporaryAllocation(of: SIMD4<Float>.self, capacity: input.count) { outputs in
      input.withUnsafeBufferPointer { filter.run($0, into: outputs) }
      return outputs[bandLag..<input.count].map { $0[bandLane] }
    }
  }
}
